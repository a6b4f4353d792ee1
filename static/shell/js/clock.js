// Time in sight: the player's local clock, and how long this session has lasted. Reads the page, asks nobody.
(() => {
  "use strict";
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const set = (node, words, dateTime) => {
    if (node.textContent === words) return; // a write every second would keep the page from resting
    node.textContent = words;
    node.dateTime = dateTime;
  };

  const tick = () => {
    const now = new Date();
    document.querySelectorAll("time[data-clock]").forEach((node) => set(node, clock.format(now), now.toTimeString().slice(0, 5)));
    document.querySelectorAll("time[data-session-start]").forEach((node) => {
      const started = Date.parse(node.dataset.sessionStart);
      if (Number.isNaN(started)) return;
      const minutes = Math.max(0, Math.floor((now - started) / 60000)); // a clock that is wrong by a little must not show −1
      const hours = Math.floor(minutes / 60), rest = String(minutes % 60).padStart(2, "0");
      set(node, `${hours}:${rest}`, `PT${hours}H${minutes % 60}M`);
    });
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
})();
