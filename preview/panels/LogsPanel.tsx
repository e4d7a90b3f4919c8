import { css } from '@emotion/css';
import { type DataFrame, type Field, FieldType, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { EmptyPanel } from './EmptyPanel.tsx';

/** More lines than a person scrolls through, few enough to draw at every cut. */
const LINES_MAX = 500;

interface LogsOptions {
  readonly sortOrder?: 'Ascending' | 'Descending';
}

/** Lines of a frame with a time and a text, as Grafana's logs panel takes them. */
export function LogsPanel({ data, fieldConfig, options }: PanelProps<LogsOptions>) {
  const styles = useStyles2(lineStyles);
  const lines = data.series.flatMap(linesOf).sort((a, b) => a.at - b.at);
  if (lines.length === 0) return <EmptyPanel state={data.state} noValue={fieldConfig.defaults.noValue} />;
  const shown = options.sortOrder === 'Ascending' ? lines.slice(-LINES_MAX) : lines.slice(-LINES_MAX).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable with the keyboard
    <div className={styles.scroll} role="log" aria-label="Log lines" tabIndex={0}>
      {shown.map(line => (
        <div key={line.key} className={styles.line} data-level={line.level}>
          <time className={styles.time}>{line.time}</time> {line.text}
        </div>
      ))}
    </div>
  );
}

function linesOf(frame: DataFrame, frameIndex: number) {
  const time = frame.fields.find(field => field.type === FieldType.time);
  const body = named(frame, 'body') ?? frame.fields.find(field => field.type === FieldType.string);
  if (!time || !body) return [];
  const level = named(frame, 'severity') ?? named(frame, 'level');
  return Array.from({ length: frame.length }, (_, row) => ({
    key: `${frameIndex}:${row}`,
    at: Number(time.values[row]),
    time: shown(time, row),
    text: shown(body, row),
    level: level ? shown(level, row) : '',
  }));
}

function named(frame: DataFrame, name: string): Field | undefined {
  return frame.fields.find(field => field.name === name);
}

function shown(field: Field, row: number): string {
  return field.display?.(field.values[row]).text ?? String(field.values[row]);
}

function lineStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ height: '100%', overflow: 'auto', ...theme.typography.code, fontSize: theme.typography.size.sm }),
    line: css({
      padding: theme.spacing(0.25, 1),
      borderLeft: `3px solid ${theme.colors.border.medium}`,
      '&[data-level="critical"]': { borderColor: theme.visualization.getColorByName('purple') },
      '&[data-level="error"]': { borderColor: theme.visualization.getColorByName('red') },
      '&[data-level="warning"]': { borderColor: theme.visualization.getColorByName('yellow') },
      '&[data-level="info"]': { borderColor: theme.visualization.getColorByName('green') },
    }),
    time: css({ color: theme.colors.text.secondary }),
  };
}
