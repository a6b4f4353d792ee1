vcl 4.1;
# Varnish in front of the shell: it puts pages together from panels by ESI, and keeps what all players share.
# Start the shell with EDGE_SPEAKS_ESI=1 and let no other way lead to it.

import std;

backend shell {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 1s;
    .first_byte_timeout = 6s;
    .between_bytes_timeout = 6s;
}

sub vcl_recv {
    # Said anew for each request, also for those that an include makes: what a browser claims must not count.
    set req.http.Surrogate-Capability = {"varnish="Surrogate/1.0 ESI/1.0""};

    if (req.http.Upgrade ~ "(?i)websocket") {
        return (pipe);
    }
    if (req.esi_level > 0) {
        # A panel of a page: never conditional, never a part, whatever the page's own request was.
        unset req.http.If-None-Match;
        unset req.http.If-Modified-Since;
        unset req.http.Range;
        unset req.http.HX-Request;
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url ~ "^/(static|assets)/") {
        unset req.http.Cookie;
        return (hash);
    }
    if (req.url ~ "^/f/[a-z0-9_]+/[a-z0-9_]+\?(.*&)?compose=esi-shared(&|$)") {
        # The same for every player, so nobody's cookie goes along, and the answer may serve them all.
        unset req.http.Cookie;
        unset req.http.Authorization;
        return (hash);
    }
    # All the rest is somebody's own: the cookie goes along, and nothing is kept.
    return (pass);
}

sub vcl_backend_response {
    if (beresp.http.Surrogate-Control ~ "ESI/1.0") {
        set beresp.do_esi = true;
    }
    if (bereq.uncacheable) {
        unset beresp.http.Surrogate-Control;
        return (deliver);
    }
    if (beresp.http.Surrogate-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, ".*max-age=([0-9]+).*", "\1s"), 0s);
        # A panel that has grown old is the shell's to label, not ours to show.
        set beresp.grace = 0s;
        set beresp.keep = 0s;
    } elsif (bereq.url ~ "^/f/") {
        # Not to be kept now. Remembered for a moment, so that requests for it do not queue up behind each other.
        set beresp.ttl = 2s;
        set beresp.uncacheable = true;
    }
    unset beresp.http.Surrogate-Control;
    return (deliver);
}

sub vcl_pipe {
    if (req.http.Upgrade) {
        set bereq.http.Upgrade = req.http.Upgrade;
        set bereq.http.Connection = req.http.Connection;
    }
}

sub vcl_deliver {
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    unset resp.http.Age;
}
