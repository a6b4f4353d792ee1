// Dialogs in panels: without scripts they stand open in their place; with scripts they ask in front of the page.
// Nothing is chosen for the player: Escape only lays the question aside, where it stays in sight until it is answered.
(() => {
  "use strict";
  const ask = (dialog) => {
    if (!dialog.open || dialog.dataset.dialog === "asked") return;
    dialog.dataset.dialog = "asked";
    dialog.close();
    dialog.showModal();
    const title = document.getElementById(dialog.getAttribute("aria-labelledby"));
    if (title) title.focus();
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      dialog.close();
      dialog.show();
    });
  };
  const look = (root) => root.querySelectorAll("dialog[data-dialog]").forEach(ask);
  document.addEventListener("htmx:load", ({ detail }) => look(detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", () => look(document));
})();
