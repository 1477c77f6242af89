// Light or dark as chosen with T, before anything is painted; without a choice the system decides.
{
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
