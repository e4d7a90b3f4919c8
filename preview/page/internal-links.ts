import { locationService } from '@grafana/runtime';

/** Links to this page's own dashboards switch without loading the page anew, as within Grafana. */
export function followInternalLinks(): void {
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = (event.target as Element).closest?.('a:not([target])')?.getAttribute('href');
    if (!href?.startsWith('?')) return;
    event.preventDefault();
    locationService.push(href);
  });
}
