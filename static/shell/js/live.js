// The one socket: which frames count, when a panel is fetched again, and what the player sees while nothing arrives.
// A push is a hint and the GET is the truth, so whatever is in doubt ends in one fetch of that panel.
(() => {
  "use strict";
  if (!document.getElementById("live-socket")) return;
  const SILENCE_MS = 3000, OWN_SPREAD_MS = 300, RECOVERY_SPREAD_MS = 3000, REFETCH_EVERY_MS = 3000, AWAY_MS = 10000;
  const seen = new Map(), paused = new Set(), fetchedAt = new Map();
  let wasOpen = false, isOpen = false, isDeaf = false, silence = 0, hiddenAt = 0;
  const on = (name, act) => document.addEventListener(name, act);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  htmx.config.wsReconnectDelay = (tries) => Math.random() * Math.min(1000 * 2 ** tries, 8000);

  const refresh = (name, spreadMs) => setTimeout(() => all(`[data-panel="${CSS.escape(name)}"]`)
    .forEach((panel) => htmx.trigger(panel, "panel:refresh")), Math.random() * spreadMs);

  // What may have been missed: everything pushed, everything that listens for news, everything not well.
  const catchUp = (spreadMs) => all("[data-panel]").forEach((panel) => {
    const listens = panel.getAttribute("hx-trigger")?.includes("from:body") || panel.querySelector("[data-topic]");
    if (listens || panel.dataset.state !== "fresh") refresh(panel.dataset.panel, spreadMs);
  });

  const refetch = (topic, spreadMs) => {
    if (performance.now() - (fetchedAt.get(topic) ?? -Infinity) < REFETCH_EVERY_MS) return;
    fetchedAt.set(topic, performance.now());
    const shown = document.querySelector(`[data-panel] [data-topic="${CSS.escape(topic)}"]`);
    return shown ? refresh(shown.closest("[data-panel]").dataset.panel, spreadMs) : catchUp(spreadMs);
  };

  // The newest this page knows: from the socket, or from a GET that overtook it.
  const known = (topic, target) => {
    const pushed = seen.get(topic), shown = { epoch: target.dataset.epoch, seq: Number(target.dataset.seq) };
    if (!shown.epoch) return pushed;
    if (!pushed) return { ...shown, isFirst: true };
    return pushed.epoch === shown.epoch && shown.seq > pushed.seq ? shown : pushed;
  };

  on("htmx:wsBeforeMessage", (event) => {
    const frame = new DOMParser().parseFromString(event.detail.message, "text/html").body.firstElementChild;
    const target = frame && document.getElementById(frame.id);
    if (!target) return event.preventDefault(); // the panel is away or elsewhere: its next GET brings the same
    const { topic, epoch, refresh: names, spreadMs, live } = frame.dataset, seq = Number(frame.dataset.seq);
    const last = known(topic, target);
    if (last?.epoch === epoch && seq <= last.seq) return event.preventDefault();
    seen.set(topic, { epoch, seq });
    if (live && isDeaf !== (live === "paused")) { // the shell itself hears nothing any more, or hears again
      showSilence(isDeaf = !isDeaf);
      if (!isDeaf) catchUp(RECOVERY_SPREAD_MS);
    }
    if (names) names.split(/\s+/).forEach((name) => refresh(name, Number(spreadMs ?? OWN_SPREAD_MS)));
    if (paused.has(topic)) return event.preventDefault();
    if (last && !last.isFirst && (last.epoch !== epoch || seq > last.seq + 1)) refetch(topic, OWN_SPREAD_MS);
  });

  const showSilence = (isSilent) => document.documentElement.toggleAttribute("data-live-paused", isSilent);
  const listenForSilence = () => { silence = setTimeout(() => showSilence(!isOpen), SILENCE_MS); };

  on("htmx:wsOpen", () => {
    isOpen = true, isDeaf = false;
    clearTimeout(silence);
    showSilence(false);
    seen.clear(); // a new connection counts anew; what is shown in the page is still known
    if (wasOpen) catchUp(RECOVERY_SPREAD_MS);
    wasOpen = true;
  });

  on("htmx:wsClose", ({ detail }) => {
    if (isOpen) listenForSilence();
    isOpen = false;
    const { code } = detail.event; // the extension comes back after 1006, 1011, 1012 and 1013 only
    if ([1000, 1001, 1005].includes(code)) setTimeout(() => isOpen || detail.socketWrapper.reconnect(), 1000 + Math.random() * 3000);
    if (code >= 4400) showSilence(true); // 44xx: do not come back
  });

  on("visibilitychange", () => {
    if (document.hidden) hiddenAt = performance.now();
    else if (hiddenAt && performance.now() - hiddenAt > AWAY_MS) catchUp(OWN_SPREAD_MS);
  });

  // A panel with something pushed in it gets the chip and the pause button; without scripts nothing moves, so nothing is drawn.
  const dress = (panel) => {
    const topic = panel.querySelector("[data-topic]")?.dataset.topic, head = panel.querySelector(".panel-head");
    if (!topic) return;
    if (!head.querySelector("[data-live-marks]")) head.append(document.getElementById("live-marks").content.cloneNode(true));
    panel.toggleAttribute("data-paused", paused.has(topic));
    const button = head.querySelector("[data-live-pause]");
    button.lastChild.textContent = paused.has(topic) ? button.dataset.resumeWords : button.dataset.pauseWords;
  };
  on("htmx:load", ({ detail }) => all("[data-panel]").filter((panel) => detail.elt.contains(panel)).forEach(dress));
  on("click", ({ target }) => {
    const panel = target.closest("[data-live-pause]")?.closest("[data-panel]");
    if (!panel) return;
    const { topic } = panel.querySelector("[data-topic]").dataset;
    if (!paused.delete(topic)) paused.add(topic);
    else refresh(panel.dataset.panel, 0);
    dress(panel);
  });

  listenForSilence();
})();
