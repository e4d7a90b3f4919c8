/** Grafana's own typeface, Inter, comes with its server and not with its packages. */
export const TYPEFACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
export const TYPEFACE_MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
