// What every page needs: signing out leaves nothing behind in this tab, and a menu closes as menus do.

const out = document.getElementById("sign-out");
if (out) out.addEventListener("submit", () => sessionStorage.clear());

const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (e) => { if (!menu.contains(e.target)) menu.open = false; });
  menu.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    e.stopPropagation();
  });
}

// Forms that do something final ask first; the question is in the page.
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (e) => { if (!window.confirm(form.dataset.ask)) e.preventDefault(); });
}
