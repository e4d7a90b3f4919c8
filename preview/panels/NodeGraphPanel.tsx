import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { EmptyPanel } from './EmptyPanel.tsx';
import { type GraphTable, graphTables } from './graph-parts.ts';

/** Grafana draws circles and arrows; what draws them is in no package. */
export function NodeGraphPanel({ data, fieldConfig }: PanelProps<object>) {
  const styles = useStyles2(graphStyles);
  const tables = graphTables(data.series);
  if (tables.length === 0) return <EmptyPanel state={data.state} noValue={fieldConfig.defaults.noValue} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable with the keyboard
    <section className={styles.scroll} aria-label="Node graph as tables" tabIndex={0}>
      <p className={styles.note}>Shown as a table here; Grafana draws the graph.</p>
      {tables.map(table => (
        <PartTable key={table.name} table={table} />
      ))}
    </section>
  );
}

function PartTable({ table: { heads, name, rows } }: { readonly table: GraphTable }) {
  const styles = useStyles2(graphStyles);
  return (
    <table className={styles.table} aria-label={name}>
      <thead>
        <tr>
          {heads.map((head, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
            <th key={column}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ cells, color, key }) => (
          <tr key={key}>
            {cells.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
              <td key={column}>
                {column === 0 && <span className={styles.node} style={{ borderColor: color }} aria-hidden />}
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function graphStyles({ colors, spacing, typography }: GrafanaTheme2) {
  return {
    scroll: css({ height: '100%', overflow: 'auto' }),
    note: css({ margin: spacing(0, 1, 1), color: colors.text.secondary, ...typography.bodySmall }),
    table: css({
      width: '100%',
      marginBottom: spacing(2),
      '& th, & td': {
        padding: spacing(0.5, 1),
        textAlign: 'left',
        borderBottom: `1px solid ${colors.border.weak}`,
        whiteSpace: 'nowrap',
      },
      '& th': { color: colors.text.secondary, fontWeight: typography.fontWeightRegular },
    }),
    node: css({
      display: 'inline-block',
      width: 12,
      height: 12,
      marginRight: spacing(1),
      borderRadius: '50%',
      border: `3px solid ${colors.border.medium}`,
      verticalAlign: 'middle',
    }),
  };
}
