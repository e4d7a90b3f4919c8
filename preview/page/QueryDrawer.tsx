import {
  CoreApp,
  type DataQuery,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  DataSourcePluginContextProvider,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type SceneDataQuery, type SceneQueryRunner, sceneGraph, type VizPanel } from '@grafana/scenes';
import { Alert, Button, Drawer, ErrorBoundaryAlert, Stack, Text } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { queryRunnerOf } from '../dashboards/panels.ts';

interface Props {
  readonly panel: VizPanel;
  readonly onClose: () => void;
}

/** The plugin's own query editor on the panel's own queries; the panel behind it follows. */
export function QueryDrawer({ panel, onClose }: Props) {
  const runner = queryRunnerOf(panel);
  const { title } = panel.useState();
  return (
    <Drawer title={`Edit query: ${title}`} subtitle="Kept until the page is left" onClose={onClose} size="md">
      {runner ? <QueryList runner={runner} /> : <Text>This panel asks nothing.</Text>}
    </Drawer>
  );
}

function QueryList({ runner }: { readonly runner: SceneQueryRunner }) {
  const { queries, data, datasource } = runner.useState();
  const source = useDataSource(queries[0]?.datasource?.uid ?? datasource?.uid);
  const range = sceneGraph.getTimeRange(runner).useState().value;
  if (!source) return null;
  const Editor = source.api.components?.QueryEditor;
  if (!Editor) return <Alert severity="info" title={`${source.settings.name} has no query editor in the preview`} />;
  const change = (index: number, query: DataQuery) =>
    runner.setState({ queries: queries.map((old, at) => (at === index ? (query as SceneDataQuery) : old)) });
  return (
    <DataSourcePluginContextProvider instanceSettings={source.settings}>
      <Stack direction="column" gap={2}>
        {queries.map((query, index) => (
          <ErrorBoundaryAlert key={query.refId}>
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
        ))}
        <div>
          <Button icon="sync" onClick={() => runner.runQueries()}>
            Run query
          </Button>
        </div>
      </Stack>
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
