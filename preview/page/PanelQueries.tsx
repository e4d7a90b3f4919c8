import { css } from '@emotion/css';
import {
  CoreApp,
  type DataQuery,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  DataSourcePluginContextProvider,
  type GrafanaTheme2,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type SceneDataQuery, type SceneQueryRunner, sceneGraph } from '@grafana/scenes';
import { Alert, Button, ErrorBoundaryAlert, Text, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

/** The data source's own query editor on each query of a panel; the panel follows. */
export function PanelQueries({ runner }: { readonly runner: SceneQueryRunner }) {
  const styles = useStyles2(queryStyles);
  const { queries, data, datasource } = runner.useState();
  const source = useDataSource(queries[0]?.datasource?.uid ?? datasource?.uid);
  const range = sceneGraph.getTimeRange(runner).useState().value;
  if (!source) return null;
  const Editor = source.api.components?.QueryEditor;
  if (!Editor) return <Alert severity="info" title={`The preview has no query editor for ${source.settings.name}`} />;
  const change = (index: number, query: DataQuery) =>
    runner.setState({ queries: queries.map((old, at) => (at === index ? (query as SceneDataQuery) : old)) });
  return (
    <DataSourcePluginContextProvider instanceSettings={source.settings}>
      <section className={styles.queries} aria-label="Queries">
        {queries.map((query, index) => (
          <div key={query.refId} className={styles.query}>
            <div className={styles.head}>
              <Text weight="medium">{query.refId}</Text>
              <Text color="secondary">{source.settings.name}</Text>
              <span className={styles.space} />
              <Button size="sm" icon="sync" variant="secondary" onClick={() => runner.runQueries()}>
                Run query
              </Button>
            </div>
            <ErrorBoundaryAlert>
              <Editor
                app={CoreApp.PanelEditor}
                datasource={source.api}
                query={query}
                queries={queries}
                range={range}
                {...(data && { data })}
                onChange={changed => change(index, changed)}
                onRunQuery={() => runner.runQueries()}
              />
            </ErrorBoundaryAlert>
          </div>
        ))}
      </section>
    </DataSourcePluginContextProvider>
  );
}

interface Source {
  readonly api: DataSourceApi;
  readonly settings: DataSourceInstanceSettings;
}

function useDataSource(uid: string | undefined): Source | undefined {
  const [source, setSource] = useState<Source>();
  useEffect(() => {
    const settings = getDataSourceSrv().getInstanceSettings(uid);
    if (!settings) return;
    let left = false;
    void getDataSourceSrv()
      .get(uid)
      .then(api => !left && setSource({ api, settings }));
    return () => {
      left = true;
    };
  }, [uid]);
  return source;
}

function queryStyles(theme: GrafanaTheme2) {
  return {
    queries: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    query: css({
      padding: theme.spacing(1, 2, 2),
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
    }),
    head: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginBottom: theme.spacing(1) }),
    space: css({ flexGrow: 1 }),
  };
}
