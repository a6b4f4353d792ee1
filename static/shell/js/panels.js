// Panels in the browser: what htmx is told before it asks, which answers may replace what, and where the focus stays.
(() => {
  "use strict";
  // Event names in one place, because htmx 4 renames them.
  const ASKING = "htmx:configRequest", BEFORE_ASKING = "htmx:beforeRequest", ANSWERED = "htmx:afterRequest";
  const SWAPPING = "htmx:beforeSwap", SHOWN = "htmx:load", REFRESH = "panel:refresh";
  const ANNOUNCE_EVERY_MS = 5000, MERGE_MS = 500, BUSY_RETRY_MS = 5000;
  const HAS_CONTENT = ["fresh", "degraded"], BROKEN = ["unavailable", "stale", "degraded", "blocked"];

  const before = new Map(), again = new Set(), recovered = new Set(), forced = new WeakSet();
  let announcing = false;

  const on = (name, act) => document.addEventListener(name, act);
  const isPanel = (node) => node instanceof Element && node.matches("[data-panel]");
  const panelOf = (node) => (node instanceof Element ? node.closest("[data-panel]") : null);

  Idiomorph.defaults.ignoreActiveValue = true; // a pushed update must not overwrite what is being typed

  on(ASKING, ({ detail }) => {
    const token = /(?:^|;\s*)(?:__Host-csrf|csrftoken)=([^;]+)/.exec(document.cookie);
    if (detail.verb !== "get" && token) detail.headers["X-CSRFToken"] = token[1];
    if (isPanel(detail.elt) && detail.elt.dataset.url) detail.path = detail.elt.dataset.url;
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
    setTimeout(() => panel.isConnected && htmx.trigger(panel, REFRESH), BUSY_RETRY_MS);
  });

  // Asked again while an answer is on its way: that answer may be older than the news, so one more follows it.
  on(REFRESH, ({ target }) => target.matches(".htmx-request") && again.add(target.id));

  // “Try now” is a link to the panel's own page; with scripts it refreshes the panel where it stands.
  on("click", (event) => {
    const panel = event.target.closest("[data-panel-retry]") && panelOf(event.target);
    if (!panel || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    forced.add(panel);
    htmx.trigger(panel, REFRESH);
  });

  // What a search put in the place of the old results is what later refreshes ask for.
  on(ANSWERED, ({ detail }) => {
    const panel = panelOf(detail.elt), asked = detail.pathInfo?.finalRequestPath;
    if (!panel || panel === detail.elt || !detail.successful || detail.requestConfig.verb !== "get") return;
    const replaced = detail.elt.getAttribute("hx-select") === `#${detail.target.id}`;
    if (replaced && asked?.split("?")[0] === panel.getAttribute("hx-get").split("?")[0]) panel.dataset.url = asked;
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
    if (isPanel(panel) && again.delete(panel.id)) htmx.trigger(panel, REFRESH);
    const was = isPanel(panel) && before.get(panel.id);
    if (!was) return;
    before.delete(panel.id);
    if (BROKEN.includes(was.state) && panel.dataset.state === "fresh")
      announce(recovered.add(panel.querySelector(".panel-title").textContent.trim()));
    if (was.held && !panel.contains(document.activeElement)) // the focused thing is gone: stay in the panel
      panel.querySelector("[data-focus], .panel-title")?.focus({ preventScroll: true });
  });

  const announce = () => {
    if (announcing) return;
    announcing = true;
    const announcer = document.getElementById("announcer");
    setTimeout(() => { // panels that come back together are said together
      announcer.textContent = `${announcer.dataset.backWords}: ${[...recovered].join(", ")}`;
      recovered.clear();
    }, MERGE_MS);
    setTimeout(() => { announcing = false; if (recovered.size) announce(); }, ANNOUNCE_EVERY_MS);
  };
})();
