// Runs before the first paint, so that a chosen theme never flashes the other one; the CSP allows no inline script.
try {
  const theme = localStorage.getItem('picoclaw.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's preference applies.
}
