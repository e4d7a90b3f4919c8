import { css } from '@emotion/css';
import {
  type DataFrame,
  dateTimeFormat,
  type Field,
  FieldType,
  type GrafanaTheme2,
  getFieldDisplayName,
  type PanelProps,
} from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { EmptyPanel } from './EmptyPanel.tsx';
import { type Span, stateSpans } from './state-spans.ts';

/** One lane a field; its colour is that of the state which held. Core's own panel is in no package. */
export function StateTimelinePanel({ data, fieldConfig, timeRange, timeZone }: PanelProps<object>) {
  const styles = useStyles2(timelineStyles);
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const lanes = data.series.flatMap(frame => lanesOf(frame, data.series, from, to));
  if (lanes.length === 0) return <EmptyPanel state={data.state} noValue={fieldConfig.defaults.noValue} />;
  const at = (time: number) => dateTimeFormat(time, { timeZone });
  return (
    <div className={styles.lanes}>
      {lanes.map(lane => (
        <div key={lane.name} className={styles.lane}>
          <div className={styles.name} title={lane.name}>
            {lane.name}
          </div>
          <div className={styles.track}>
            {lane.spans.map(span => {
              const { text, color } = lane.display(span.value);
              const percent = (time: number) => `${((time - from) / (to - from)) * 100}%`;
              return (
                <div
                  key={span.start}
                  className={styles.span}
                  title={`${text}: ${at(span.start)} to ${at(span.end)}`}
                  style={{ left: percent(span.start), width: percent(from + span.end - span.start), background: color }}
                />
              );
            })}
          </div>
        </div>
      ))}
    </div>
  );
}

interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  display(value: unknown): { text: string; color?: string };
}

function lanesOf(frame: DataFrame, all: readonly DataFrame[], from: number, to: number): Lane[] {
  const time = frame.fields.find(field => field.type === FieldType.time);
  if (!time || frame.length === 0) return [];
  const states = frame.fields.filter(field => field !== time);
  return states.map(field => ({
    name: getFieldDisplayName(field, frame, [...all]),
    spans: stateSpans(time.values, field.values, from, to),
    display: value => displayed(field, value),
  }));
}

function displayed(field: Field, value: unknown): { text: string; color?: string } {
  const shown = field.display?.(value);
  return { text: shown?.text ?? String(value), ...(shown?.color !== undefined && { color: shown.color }) };
}

function timelineStyles(theme: GrafanaTheme2) {
  return {
    lanes: css({ height: '100%', overflow: 'auto', display: 'flex', flexDirection: 'column', gap: 2 }),
    lane: css({ display: 'flex', flex: '1 1 0', minHeight: 13, alignItems: 'stretch' }),
    name: css({
      width: 130,
      flexShrink: 0,
      fontSize: theme.typography.size.sm,
      color: theme.colors.text.secondary,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      alignSelf: 'center',
    }),
    track: css({ position: 'relative', flexGrow: 1, background: theme.colors.background.secondary }),
    span: css({ position: 'absolute', top: 0, bottom: 0 }),
  };
}
