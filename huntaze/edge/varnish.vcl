# A cache in front of Huntaze, as docs/caching.md tells. Start Varnish with HUNTAZE_EDGE_PURGE_KEY in its environment:
#   varnishd -f varnish.vcl -a :6081 -s malloc,256m
# It must stand behind whatever ends TLS, which overwrites X-Forwarded-Proto, and before web processes alone.
vcl 4.1;

import std;

backend default {
  .host = "127.0.0.1";
  .port = "8000";
  .first_byte_timeout = 60s;
  .between_bytes_timeout = 60s;
  .probe = {
    .url = "/readyz";
    .interval = 2s;
    .timeout = 5s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
  }
}

sub vcl_recv {
  unset req.http.X-Shared;
  if (req.method == "PURGE") {
    call purge_tags;
  }

  # Nothing reads these, and nothing may begin to: they are not in the key.
  unset req.http.X-Forwarded-Host;
  unset req.http.X-Forwarded-Port;
  unset req.http.X-Forwarded-Prefix;
  unset req.http.X-Original-URL;
  unset req.http.X-Rewrite-URL;
  unset req.http.X-HTTP-Method-Override;
  unset req.http.Forwarded;

  if (req.url ~ "^/static/") {
    # The hash in the name says all.
    unset req.http.Cookie;
    unset req.http.Authorization;
    return (hash);
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  # Pages for everybody. What is not named here never enters the cache, whatever it says of itself.
  if (req.url !~ "^/(\?|$)" && req.url !~ "^/(pricing|robots\.txt|sitemap\.xml)(\?|$)" && req.url !~ "^/legal/"
      && req.url !~ "^/@[^/?]+(\?|$)") {
    return (pass);
  }
  if (req.http.Authorization || req.http.Cookie ~ "(^|;\s*)((__Host-)?sessionid|messages|__Host-hz_access|__Secure-hz_refresh)=") {
    return (pass);
  }
  call normalise;
  set req.http.X-Shared = "yes";
  # While we answer, a page is shown for as long as it says; while we are away, for a day.
  if (std.healthy(req.backend_hint) && req.restarts == 0) {
    set req.grace = 300s;
  }
  return (hash);
}

# What a page depends on, and nothing else: it is the key, by Vary, and all that Huntaze gets to see.
sub normalise {
  # Whence a visitor came is nobody's business but their browser's.
  set req.url = regsuball(req.url, "([?&])(utm_[a-z]+|fbclid|gclid|msclkid|mc_[ce]id|igshid|ttclid)=[^&]*", "\1");
  set req.url = regsub(regsub(regsuball(req.url, "&&+", "&"), "\?&+", "?"), "[?&]+$", "");

  set req.http.X-Theme = regsub(req.http.Cookie, "^(?:.*;\s*)?theme=(light|dark)(?:;.*)?$", "\1");
  set req.http.X-Language = regsub(req.http.Cookie, "^(?:.*;\s*)?language=(en|fr)(?:;.*)?$", "\1");
  unset req.http.Cookie;
  if (req.http.X-Theme ~ "^(light|dark)$") {
    set req.http.Cookie = "theme=" + req.http.X-Theme;
  }
  if (req.url ~ "[?&]lang=(en|fr)(&|$)") {
    # The address says it.
    unset req.http.Accept-Language;
  } else if (req.http.X-Language ~ "^(en|fr)$") {
    set req.http.Accept-Language = req.http.X-Language;
  } else {
    # Browsers name what they like best first.
    set req.http.Accept-Language = std.tolower(
      regsub(req.http.Accept-Language, "(?i)^.*?(?:^|[,\s])(en|fr)(?:[-,;\s].*)?$", "\1"));
    if (req.http.Accept-Language !~ "^(en|fr)$") {
      set req.http.Accept-Language = "en";
    }
  }
  unset req.http.X-Theme;
  unset req.http.X-Language;
  unset req.http.User-Agent;
}

sub vcl_hash {
  hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_fetch {
  unset bereq.http.X-Shared;
}

sub purge_tags {
  if (std.getenv("HUNTAZE_EDGE_PURGE_KEY") == "" || req.http.X-Purge-Key != std.getenv("HUNTAZE_EDGE_PURGE_KEY")) {
    return (synth(403, "Forbidden"));
  }
  if (req.http.Surrogate-Key !~ "^[@a-z0-9_-]+( [@a-z0-9_-]+)*$") {
    return (synth(400, "Tags expected"));
  }
  ban("obj.http.Surrogate-Key ~ (^|\s)(" + regsuball(req.http.Surrogate-Key, " ", "|") + ")(\s|$)");
  return (synth(200, "Forgotten"));
}

sub vcl_backend_response {
  # Judged by what the answer says: a page of somebody's says private.
  if (bereq.uncacheable || beresp.http.Set-Cookie || beresp.http.Cache-Control !~ "(^|[\s,])public([\s,]|$)"
      || (beresp.status != 200 && beresp.status != 304)) {
    if (beresp.status >= 500 && bereq.is_bgfetch) {
      # What is there is better.
      return (abandon);
    }
    set beresp.uncacheable = true;
    set beresp.grace = 0s;
    # Others need not wait for each other meanwhile; a fault leaves no trace, or it would hide what was kept before.
    set beresp.ttl = 30s;
    if (beresp.status >= 500) {
      set beresp.ttl = 0s;
    }
    return (deliver);
  }
  set beresp.grace = 24h;
  set beresp.keep = 1h;
}

sub vcl_deliver {
  # A fault of ours: what was kept is shown, if there is something.
  if (resp.status >= 500 && req.restarts == 0 && req.http.X-Shared) {
    return (restart);
  }
  unset resp.http.Surrogate-Key;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
  set resp.http.X-Cache = "MISS";
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  }
}

sub vcl_backend_error {
  set beresp.http.Cache-Control = "private, no-store";
  set beresp.http.Retry-After = "5";
}
