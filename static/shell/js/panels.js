// Panels in the browser: what htmx is told before it asks, and what a panel does when the answer is late, wrong or missing.
(() => {
  "use strict";
  // Event names in one place, because htmx 4 renames them.
  const ASKING = "htmx:configRequest", BEFORE_ASKING = "htmx:beforeRequest", ANSWERED = "htmx:afterRequest";
  const SWAPPING = "htmx:beforeSwap", SHOWN = "htmx:load";
  const LOST = ["htmx:sendError", "htmx:timeout", "htmx:responseError"];
  const REFRESH = "panel:refresh";
  const ANNOUNCE_EVERY_MS = 5000, FIRST_RETRY_MS = 4000, LAST_RETRY_MS = 60000, BUSY_RETRY_MS = 5000;
  const HAS_CONTENT = ["fresh", "degraded"], BROKEN = ["unavailable", "stale", "degraded", "blocked"];

  const before = new Map(), failures = new Map(), forced = new WeakSet(), recovered = new Set();
  let announcing = false;
  const on = (name, act) => document.addEventListener(name, act);
  const isPanel = (node) => node instanceof Element && node.matches("[data-panel]");
  const panelOf = (node) => (node instanceof Element ? node.closest("[data-panel]") : null);
  const later = (id, ms) => setTimeout(() => htmx.trigger(document.getElementById(id) ?? document.createElement("i"), REFRESH), ms);

  Idiomorph.defaults.ignoreActiveValue = true; // a pushed update must not overwrite what is being typed

  on(ASKING, ({ detail }) => {
    const token = /(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/.exec(document.cookie);
    if (detail.verb !== "get" && token) detail.headers["X-CSRFToken"] = token[1];
    if (!isPanel(detail.elt)) return;
    detail.headers["Panel-Attempt"] = detail.elt.dataset.attempt ?? "0";
    detail.headers["Panel-Variant"] = detail.elt.classList.contains("panel-bar") ? "bar" : "card";
    if (detail.elt.dataset.url) detail.path = detail.elt.dataset.url;
  });

  // A refresh that nobody asked for waits while the player types in the panel, has filled in a form, or paused it.
  const inUse = (panel) => HAS_CONTENT.includes(panel.dataset.state) && ("paused" in panel.dataset ||
    (panel.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) ||
    [...panel.querySelectorAll('form[method="post"] :is(input:not([type="hidden"]), textarea)')]
      .some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked));
  on(BEFORE_ASKING, (event) => {
    const panel = event.detail.elt;
    if (!isPanel(panel) || forced.delete(panel) || !inUse(panel)) return;
    event.preventDefault();
    later(panel.id, BUSY_RETRY_MS);
  });

  // A search or a page inside a panel becomes the address that later refreshes ask for.
  on(ANSWERED, ({ detail }) => {
    const panel = panelOf(detail.elt), asked = detail.pathInfo?.finalRequestPath;
    if (!panel || !detail.successful) return;
    failures.delete(panel.id);
    panel.querySelector("[data-panel-lost]")?.remove();
    const same = asked?.split("?")[0] === panel.getAttribute("hx-get").split("?")[0];
    if (panel !== detail.elt && same && detail.requestConfig.verb === "get") panel.dataset.url = asked;
  });

  // A part is swapped only between two panels in the same good state; otherwise the whole panel tells the truth.
  on(SWAPPING, ({ detail }) => {
    const panel = panelOf(detail.target);
    if (!panel || !detail.shouldSwap) return;
    const state = (detail.xhr.getResponseHeader("Panel-State") ?? "").split(";")[0].trim();
    if (detail.target !== panel && (state !== panel.dataset.state || !HAS_CONTENT.includes(state)))
      Object.assign(detail, { target: panel, selectOverride: "unset", swapOverride: "outerHTML" });
    if (detail.target === panel)
      before.set(panel.id, { state: panel.dataset.state, held: panel.contains(document.activeElement) });
  });

  on(SHOWN, ({ detail: { elt: panel } }) => {
    const was = isPanel(panel) && before.get(panel.id);
    if (!was) return;
    before.delete(panel.id);
    if (BROKEN.includes(was.state) && panel.dataset.state === "fresh") announce(panel);
    if (was.held && !panel.contains(document.activeElement)) // the focused thing is gone: stay in the panel
      panel.querySelector("[data-focus], .panel-title")?.focus({ preventScroll: true });
  });

  const announce = (panel) => {
    recovered.add(panel.querySelector(".panel-title").textContent.trim());
    if (announcing) return;
    announcing = true;
    const announcer = document.getElementById("announcer");
    setTimeout(() => { // the wait merges panels that come back together
      announcer.textContent = `${announcer.dataset.backWords}: ${[...recovered].join(", ")}`;
      recovered.clear();
      setTimeout(() => { announcing = false; }, ANNOUNCE_EVERY_MS);
    }, 500);
  };

  const showLost = ({ detail }) => {
    const panel = panelOf(detail.elt), body = panel?.querySelector(".panel-body");
    if (!body) return;
    body.querySelector("[data-panel-lost]")?.remove();
    const words = panel.querySelector("template[data-panel-fallback]").content.cloneNode(true);
    const keeps = panel.dataset.state !== "loading" && !panel.matches(".panel-bar"); // money in the header is fresh or absent
    if (keeps) body.prepend(words);
    else body.replaceChildren(words), panel.dataset.state = "unavailable", panel.removeAttribute("aria-busy");
    const tries = failures.get(panel.id) ?? 0;
    failures.set(panel.id, tries + 1);
    later(panel.id, Math.min(FIRST_RETRY_MS * 2 ** tries, LAST_RETRY_MS) * (0.5 + Math.random()));
  };
  LOST.forEach((name) => on(name, showLost));

  on("click", (event) => {
    const panel = event.target.closest("[data-panel-retry]") && panelOf(event.target);
    if (!panel || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    forced.add(panel);
    htmx.trigger(panel, REFRESH);
  });
})();
