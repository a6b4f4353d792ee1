// A panel whose answer never came, or was no answer: its own words are shown, and it asks again, ever more patiently.
// htmx swaps nothing in these cases, so without this a skeleton would stay for ever.
(() => {
  "use strict";
  const LOST = ["htmx:sendError", "htmx:timeout", "htmx:responseError"], ANSWERED = "htmx:afterRequest";
  const FIRST_RETRY_MS = 4000, LAST_RETRY_MS = 60000;
  const failures = new Map();
  const panelOf = (node) => (node instanceof Element ? node.closest("[data-panel]") : null);

  const show = (panel) => {
    const body = panel.querySelector(".panel-body");
    const words = panel.querySelector("template[data-panel-fallback]").content.cloneNode(true);
    body.querySelector("[data-panel-lost]")?.remove();
    if (panel.dataset.state !== "loading" && !panel.matches(".panel-bar")) return body.prepend(words);
    body.replaceChildren(words); // nothing to keep; and money in the header is fresh or absent
    panel.dataset.state = "unavailable";
    panel.removeAttribute("aria-busy");
  };

  const lost = ({ detail }) => {
    const panel = panelOf(detail.elt);
    if (!panel) return;
    show(panel);
    const tries = failures.get(panel.id) ?? 0;
    failures.set(panel.id, tries + 1);
    const wait = Math.min(FIRST_RETRY_MS * 2 ** tries, LAST_RETRY_MS) * (0.5 + Math.random());
    setTimeout(() => panel.isConnected && htmx.trigger(panel, "panel:refresh"), wait);
  };
  LOST.forEach((name) => document.addEventListener(name, lost));

  document.addEventListener(ANSWERED, ({ detail }) => {
    const panel = panelOf(detail.elt);
    if (!panel || !detail.successful) return;
    failures.delete(panel.id);
    panel.querySelector("[data-panel-lost]")?.remove();
  });
})();
