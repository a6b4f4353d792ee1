// Dark, light or as the device says: the player's choice, kept in a cookie so that the server draws the next page in it.
(() => {
  "use strict";
  const choice = document.querySelector("[data-theme-choice]"), select = choice?.querySelector("select");
  if (!select) return;
  const root = document.documentElement, YEAR_S = 31536000;
  select.value = root.dataset.theme ?? "auto";
  choice.hidden = false;
  select.addEventListener("change", () => {
    const { value } = select;
    document.cookie = `theme=${value}; Path=/; Max-Age=${value === "auto" ? 0 : YEAR_S}; SameSite=Lax`;
    document.querySelector('meta[name="color-scheme"]').content = value === "auto" ? "dark light" : value;
    if (value === "auto") delete root.dataset.theme;
    else root.dataset.theme = value;
  });
})();
