# Varnish composing with ESI; the bench fills in the marks. `@fragments@` is `pass` or `hash`.
vcl 4.1;
@backends@
sub vcl_recv {
  unset req.http.Cookie;
@routes@
  if (req.url ~ "^/slots/") { return (@fragments@); }
  set req.backend_hint = pages;
  return (hash);
}
sub vcl_backend_response {
  if (bereq.url == "/esi.html") {
    set beresp.do_esi = true;
    set beresp.ttl = 1h;
  }
}
