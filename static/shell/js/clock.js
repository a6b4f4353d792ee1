// Time in sight: the player's local clock, and how long this session has lasted by the server's count. Asks nobody.
(() => {
  "use strict";
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const loadedAt = Date.now();
  const set = (node, words, dateTime) => {
    if (node.textContent === words) return; // a write every second would keep the page from resting
    node.textContent = words;
    node.dateTime = dateTime;
  };
  const two = (number) => String(number).padStart(2, "0");

  const tick = () => {
    const now = new Date();
    document.querySelectorAll("time[data-clock]").forEach((node) => set(node, clock.format(now), now.toTimeString().slice(0, 5)));
    document.querySelectorAll("time[data-session-elapsed]").forEach((node) => {
      const minutes = Math.floor((Number(node.dataset.sessionElapsed) + (now - loadedAt) / 1000) / 60);
      if (!(minutes >= 0)) return; // the server's words stay
      const hours = Math.floor(minutes / 60), rest = minutes % 60;
      set(node, `${two(hours)}:${two(rest)}`, `PT${hours}H${rest}M`);
    });
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
})();
