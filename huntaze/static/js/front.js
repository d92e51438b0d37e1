// Public pages: the theme changes at once, and the server hears of it in the background.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-theme-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  document.documentElement.dataset.theme = link.dataset.themeLink;
  document.querySelectorAll("[data-theme-link]").forEach((each) => {
    if (each.dataset.themeLink === link.dataset.themeLink) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  });
  fetch(link.href, { redirect: "manual" });
});
