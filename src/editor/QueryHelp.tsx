import { css } from '@emotion/css';
import type { GrafanaTheme2, QueryEditorHelpProps } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import { displayText } from '../query/display-text.ts';
import type { PanelcastQuery } from '../types.ts';
import { EXAMPLES, GRAMMAR } from './examples.ts';

/** What can be asked, by examples that can be clicked. */
export function QueryHelp({ onClickExample }: QueryEditorHelpProps<PanelcastQuery>) {
  const styles = useStyles2(helpStyles);
  return (
    <div>
      <Text element="h2" variant="h4">
        Examples
      </Text>
      <ul className={styles.examples}>
        {EXAMPLES.map(({ query, sentence, title }) => (
          <li key={title}>
            <button type="button" className={styles.example} onClick={() => onClickExample({ refId: 'A', ...query })}>
              <Text weight="medium">{title}</Text>
              <Text color="secondary" variant="bodySmall">
                {sentence}
              </Text>
              <code className={styles.code}>{displayText(query.request)}</code>
            </button>
          </li>
        ))}
      </ul>
      <Text element="h2" variant="h4">
        Filters
      </Text>
      <dl className={styles.grammar}>
        {GRAMMAR.map(([filter, sentence]) => (
          <div key={filter}>
            <dt>
              <code>{filter}</code>
            </dt>
            <dd>{sentence}</dd>
          </div>
        ))}
      </dl>
      <Text element="h2" variant="h4">
        Operator actions
      </Text>
      <p>
        With <em>Operator actions</em> on, a click on a row’s summary offers to acknowledge, own, suppress, note or
        delete it; <em>Act on rows</em> does so to all rows that the filter keeps. Editors and administrators of Grafana
        are operators; the notifier refuses everybody else. When it is done, every panel of everybody shows it.
      </p>
    </div>
  );
}

function helpStyles({ colors, shape, spacing, typography }: GrafanaTheme2) {
  return {
    examples: css({
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fill, minmax(320px, 1fr))',
      gap: spacing(1),
      margin: spacing(1, 0, 3),
      listStyle: 'none',
    }),
    example: css({
      display: 'flex',
      flexDirection: 'column',
      gap: spacing(0.5),
      width: '100%',
      height: '100%',
      padding: spacing(1),
      textAlign: 'left',
      background: colors.background.secondary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
      '&:hover': { background: colors.action.hover },
    }),
    code: css({ ...typography.code, whiteSpace: 'normal', overflowWrap: 'anywhere' }),
    grammar: css({ margin: spacing(1, 0, 3), dd: { marginBottom: spacing(1), color: colors.text.secondary } }),
  };
}
