import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Of @grafana/ui and @grafana/scenes, the same in every dashboard of Grafana: nothing that this project could mend. */
const GRAFANAS_OWN = [
  {
    rule: 'button-name',
    selector: '[data-testid="data-testid RefreshPicker run button"]',
    is: 'an icon with a tooltip',
  },
  {
    rule: 'button-name',
    selector: '[data-testid="data-testid header-container"] > button[class*="panel-header-item"]',
    is: 'the green dot of a streaming panel, with a tooltip',
  },
  { rule: 'label-content-name-mismatch', selector: 'button[class*="LegendLabel"]', is: 'the name of a series' },
] as const;

/** What seriously keeps somebody out of a page: each broken rule and where. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`(async () => {
    const own = ${JSON.stringify(GRAFANAS_OWN)};
    const isOwn = (rule, target) =>
      own.some(known => known.rule === rule && document.querySelector(target)?.matches(known.selector));
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes
        .filter(({ target }) => !isOwn(id, target[0]))
        .map(({ any, html, target }) => [id, target[0], any[0]?.message ?? '', html.slice(0, 120)].join(' · ')));
  })()`);
}
