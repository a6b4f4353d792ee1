"""Ways to misbehave on the wire, each with the reason that the gateway must give for it."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

from tests.shell.hostile import HTML, Conversation, bomb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

OK = "HTTP/1.1 200 OK\r\n"
BOMB = bomb()
CASES: dict[str, tuple[str, Callable[[Conversation], Awaitable[None]]]] = {}


def case(reason: str) -> Callable[[Callable[[Conversation], Awaitable[None]]], None]:
    return lambda conduct: CASES.__setitem__(conduct.__name__, (reason, conduct))


@case("timeout")
async def hangs_before_the_head(c: Conversation) -> None:
    await asyncio.sleep(30)


@case("timeout")
async def hangs_in_the_body(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 50\r\n\r\n<div>")
    await asyncio.sleep(30)


@case("timeout")
async def drips_the_body(c: Conversation) -> None:
    await c.drip([f"{OK}{HTML}Content-Length: 5000\r\n\r\n".encode(), b"x"])


@case("timeout")
async def drips_the_head(c: Conversation) -> None:
    await c.drip([OK.encode(), b"X-A: b\r\n"])


@case("timeout")
async def sends_endless_early_hints(c: Conversation) -> None:
    await c.drip([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"], every_s=0.005)


@case("timeout")
async def sends_endless_continues(c: Conversation) -> None:
    await c.drip([b"HTTP/1.1 100 Continue\r\n\r\n"], every_s=0.005)


@case("incomplete")
async def cuts_a_framed_body(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 50\r\n\r\n<div>half")
    c.hang_up()


@case("incomplete")
async def cuts_a_chunked_body(c: Conversation) -> None:
    await c.say(OK, HTML, "Transfer-Encoding: chunked\r\n\r\n5\r\n<div>\r\n")
    c.hang_up()


@case("incomplete")
async def cuts_an_unframed_body(c: Conversation) -> None:
    await c.say(OK, HTML, "\r\n<div>half</div>")
    c.hang_up()


@case("connection_reset")
async def hangs_up_before_the_head(c: Conversation) -> None:
    c.hang_up()


@case("connection_reset")
async def resets_in_the_body(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 50\r\n\r\n<div>")
    await asyncio.sleep(0.02)
    c.reset()


@case("contract")
async def sends_both_lengths(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n<div>well</div>\r\n0\r\n\r\n")


@case("contract")
async def sends_two_equal_lengths(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 15\r\nContent-Length: 15\r\n\r\n<div>well</div>")


@case("contract")
async def sends_two_other_lengths(c: Conversation) -> None:
    await c.say(OK, HTML, "Content-Length: 15\r\nContent-Length: 6\r\n\r\n<div>well</div>")


@case("contract")
async def sends_an_unknown_transfer_coding(c: Conversation) -> None:
    await c.say(OK, HTML, "Transfer-Encoding: gzip, chunked\r\n\r\nf\r\n<div>well</div>\r\n0\r\n\r\n")


@case("contract")
async def sends_a_bare_carriage_return(c: Conversation) -> None:
    await c.answer(extra="X-A: a\rb\r\n")


@case("contract")
async def sends_no_http(c: Conversation) -> None:
    await c.say("SSH-2.0-OpenSSH_9.2\r\n\r\n")
    c.hang_up()


@case("bad_status")
async def sends_status_999(c: Conversation) -> None:
    await c.answer(status="999 Strange")


@case("bad_status")
async def switches_protocols(c: Conversation) -> None:
    await c.say("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc")


@case("bad_status")
async def redirects_to_the_metadata_address(c: Conversation) -> None:
    await c.answer(status="302 Found", extra="Location: http://169.254.169.254/latest/\r\n")


@case("bad_status")
async def redirects_to_itself(c: Conversation) -> None:
    await c.answer(status="307 Again", extra="Location: /slots/redirects_to_itself\r\n")


@case("bad_status")
async def says_not_modified_unasked(c: Conversation) -> None:
    await c.say("HTTP/1.1 304 Not Modified\r\n\r\n")


@case("bad_status")
async def breaks_down(c: Conversation) -> None:
    await c.answer("<h1>Traceback</h1>", status="500 Oh")


@case("bad_status")
async def sends_a_part(c: Conversation) -> None:
    await c.answer(status="206 Partial")


@case("too_large")
async def sends_a_huge_header(c: Conversation) -> None:
    await c.answer(extra=f"X-A: {'a' * 200_000}\r\n")


@case("too_large")
async def sends_five_thousand_headers(c: Conversation) -> None:
    await c.answer(extra="".join(f"X-{n}: a\r\n" for n in range(5000)))


@case("too_large")
async def announces_fifty_megabytes(c: Conversation) -> None:
    await c.say(OK, HTML, f"Content-Length: {50 * 2**20}\r\n\r\n")
    await c.drip([b"x" * 65536], every_s=0.001)


@case("too_large")
async def streams_without_end(c: Conversation) -> None:
    await c.say(OK, HTML, "Transfer-Encoding: chunked\r\n\r\n")
    await c.drip([b"4000\r\n" + b"x" * 0x4000 + b"\r\n"], every_s=0.0001)


@case("too_large")
async def sends_a_bomb(c: Conversation) -> None:
    await c.answer(BOMB, extra="Content-Encoding: gzip\r\n")


@case("bad_type")
async def says_gzip_and_is_not(c: Conversation) -> None:
    await c.answer(extra="Content-Encoding: gzip\r\n")


@case("incomplete")
async def cuts_the_gzip_stream(c: Conversation) -> None:
    await c.answer(gzip.compress(b"<div>well</div>" * 99)[:-9], extra="Content-Encoding: gzip\r\n")


@case("bad_type")
async def sends_brotli(c: Conversation) -> None:
    await c.answer(extra="Content-Encoding: br\r\n")


@case("bad_type")
async def sends_json(c: Conversation) -> None:
    await c.answer("{}", kind="Content-Type: application/json\r\n")


@case("bad_type")
async def sends_another_charset(c: Conversation) -> None:
    await c.answer(kind="Content-Type: text/html; charset=utf-16\r\n")


@case("bad_type")
async def sends_no_type(c: Conversation) -> None:
    await c.answer(kind="")


@case("bad_html")
async def lies_about_utf_8(c: Conversation) -> None:
    await c.answer(b"<div>\xff\xfe</div>")


@case("bad_html")
async def breaks_out(c: Conversation) -> None:
    await c.answer("<div>x</div></section></main><div id=wallet-balance>0.00</div>")


@case("bad_html")
async def sends_nothing(c: Conversation) -> None:
    await c.answer("")


@case("bad_html")
async def sends_bare_text(c: Conversation) -> None:
    await c.answer("hello")


@case("contract")
async def says_an_unknown_state(c: Conversation) -> None:
    await c.answer(extra="Fragment-State: marvellous\r\n")
