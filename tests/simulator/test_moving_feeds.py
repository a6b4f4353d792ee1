"""Tables, offers and payments: honest shapes, the same for a seed and a moment, and moving as time does."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from provider_simulator.feeds.campaigns import CAMPAIGNS
from provider_simulator.feeds.game_kinds import CATEGORIES
from provider_simulator.feeds.offers import offers_at
from provider_simulator.feeds.payments import payments_at
from provider_simulator.feeds.tables import tables_at
from provider_simulator.worlds import World

NOW_S = 1_795_000_000
WEEK_S = 7 * 86_400
STATUSES = {"OPEN", "CLOSED", "MAINTENANCE", "DEALER_CHANGE", "SHUFFLING"}


def tables(at_s: int) -> list[dict[str, Any]]:
    return list(tables_at(7, at_s)["tables"])


def test_it_shows_the_same_tables_for_a_seed_and_a_moment() -> None:
    assert tables_at(7, NOW_S) == tables_at(7, NOW_S + 0.9)
    assert tables_at(7, NOW_S) != tables_at(8, NOW_S)


def test_it_has_twelve_tables_of_three_games_from_two_providers() -> None:
    shown = tables(NOW_S)
    assert len({(table["provider"], table["table_id"]) for table in shown}) == 12
    assert {table["game"] for table in shown} == {"roulette", "blackjack", "baccarat"}
    assert len({table["provider"] for table in shown}) == 2


def test_it_moves_seats_or_states_nearly_every_second() -> None:
    def visible(at_s: int) -> list[tuple[object, ...]]:
        return [(table["status"], table["seats_taken"], table["dealer"]) for table in tables(at_s)]

    moved = sum(visible(NOW_S + second) != visible(NOW_S + second + 1) for second in range(60))
    assert moved >= 50
    assert tables_at(7, NOW_S + 1)["feed_seq"] == tables_at(7, NOW_S)["feed_seq"] + 1


def test_it_never_seats_more_than_there_are_places_and_knows_unknown_from_zero() -> None:
    seen: set[str] = set()
    for at_s in range(NOW_S, NOW_S + 40 * 240, 31):
        for table in tables(at_s):
            seen.add(table["status"])
            if table["status"] == "MAINTENANCE":
                assert table["seats_taken"] is None
            else:
                assert 0 <= table["seats_taken"] <= table["seats_total"]
            assert (table["dealer"] is not None) == (table["status"] in ("OPEN", "SHUFFLING"))
            assert 0 < int(table["limits"]["CHIP"]["min"]) < int(table["limits"]["CHIP"]["max"])
    assert seen == STATUSES


def test_it_keeps_the_last_twenty_results_under_the_same_round_ids() -> None:
    earlier = {table["table_id"]: table["results"] for table in tables(NOW_S)}
    later = {table["table_id"]: table["results"] for table in tables(NOW_S + 120)}
    for table_id, results in earlier.items():
        assert len(results) == 20
        assert len({result["round_id"] for result in results}) == 20
        assert results == sorted(results, key=lambda result: result["at"], reverse=True)
        known = {result["round_id"]: result for result in results}
        again = [result for result in later[table_id] if result["round_id"] in known]
        assert again
        assert all(known[result["round_id"]] == result for result in again)


def test_it_deals_what_the_rules_allow() -> None:
    spun = {result["result"] for table in tables(NOW_S) if table["game"] == "roulette" for result in table["results"]}
    dealt = {result["result"] for table in tables(NOW_S) if table["game"] == "baccarat" for result in table["results"]}
    assert spun <= {str(number) for number in range(37)}
    assert {"player", "banker"} <= dealt <= {"player", "banker", "tie"}


def test_it_makes_offers_that_a_regulator_could_read() -> None:
    offers = offers_at(7, NOW_S)["offers"]
    assert len(offers) == 8
    for offer in offers:
        assert 0 <= offer["wagering_x"] <= 10
        assert offer["vertical"] in ("slots", "live", "tables")
        assert set(offer["eligible_categories"]) <= set(CATEGORIES)
        assert 60 <= len(offer["summary"]) <= 240
        assert int(offer["max_bet"]) > 0


def test_it_repeats_in_the_summary_how_often_winnings_are_staked() -> None:
    words = {0: ("wagering", "yours at once"), 2: ("twice",)}
    for campaign in CAMPAIGNS:
        expected = words.get(campaign.wagering_x, (f"{campaign.wagering_x} times",))
        assert any(word in campaign.summary for word in expected), campaign.slug


def test_it_runs_every_offer_in_the_future_and_gives_each_run_its_own_id() -> None:
    for at_s in range(NOW_S, NOW_S + 4 * WEEK_S, 43_200):
        for offer in offers_at(7, at_s)["offers"]:
            expires, closes = (datetime.fromisoformat(offer[key]) for key in ("expires_at", "opt_in_until"))
            assert closes <= expires
            assert expires.timestamp() > at_s
    first = {offer["campaign_id"] for offer in offers_at(7, NOW_S)["offers"]}
    assert first.isdisjoint(offer["campaign_id"] for offer in offers_at(7, NOW_S + 3 * WEEK_S)["offers"])


def test_it_takes_top_ups_all_day_and_slowly_while_the_books_close() -> None:
    midnight_s = NOW_S // 86_400 * 86_400
    assert payments_at(midnight_s)["status"] == "open"
    assert payments_at(midnight_s + 4 * 3_600)["status"] == "delayed"
    assert payments_at(midnight_s + 4 * 3_600 + 300)["status"] == "open"
    amounts = payments_at(NOW_S)["amounts"]
    assert amounts == sorted(amounts, key=int)


def test_it_follows_the_clock_that_it_was_given() -> None:
    at_s = float(NOW_S)
    world = World(seed=7, now=lambda: at_s)
    first = json.loads(world.tables({}))
    at_s += 1
    assert json.loads(world.tables({}))["feed_seq"] == first["feed_seq"] + 1
    assert datetime.fromisoformat(first["as_of"]).timestamp() == NOW_S
