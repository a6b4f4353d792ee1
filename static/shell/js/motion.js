// Rows of a pushed list glide to their new places, so that the eye can follow who moved. Only transforms, only after
// a push, and not at all for a player who asked for less motion.
(() => {
  "use strict";
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const GLIDE = { duration: 260, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };
  const rowsOf = (list) => [...list.querySelectorAll("li[id]")];
  let moving = null;

  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (still.matches || document.hidden || !detail.target.dataset.topic) return;
    moving = { id: detail.target.id, tops: new Map(rowsOf(detail.target).map((row) => [row.id, row.getBoundingClientRect().top])) };
  });

  document.addEventListener("htmx:wsAfterMessage", () => {
    const list = moving && document.getElementById(moving.id);
    if (!list) return;
    for (const row of rowsOf(list)) {
      const from = moving.tops.get(row.id);
      const shift = from === undefined ? 0 : from - row.getBoundingClientRect().top;
      if (from === undefined) row.animate({ opacity: [0, 1] }, GLIDE);
      else if (Math.abs(shift) > 1) row.animate({ transform: [`translateY(${shift}px)`, "none"] }, GLIDE);
    }
    moving = null;
  });
})();
