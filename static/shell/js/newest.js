// What a push has shown is not taken back: a panel that comes as an older copy keeps the newer board that was there.
(() => {
  "use strict";
  const shown = new Map();
  const boardOf = (panel) => panel.querySelector("[data-topic][data-epoch]");

  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const board = target.matches("[data-panel]") && boardOf(target);
    if (board) shown.set(board.id, board);
  });

  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    const board = elt.matches("[data-panel]") && boardOf(elt), before = board && shown.get(board.id);
    if (!before || before === board) return;
    shown.delete(board.id);
    const isOlder = before.dataset.epoch === board.dataset.epoch && Number(before.dataset.seq) > Number(board.dataset.seq);
    if (isOlder) board.replaceWith(before);
  });
})();
