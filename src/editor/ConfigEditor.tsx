import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import {
  AdvancedHttpSettings,
  Auth,
  ConfigSection,
  ConfigSubSection,
  ConnectionSettings,
  convertLegacyAuthProps,
  DataSourceDescription,
} from '@grafana/plugin-ui';
import { Combobox, Divider, InlineField, SecretInput, Text } from '@grafana/ui';
import { STEPS, type Step } from '../live/transport.ts';
import type { PanelcastOptions } from '../types.ts';
import { isAuthorization, readToken, type Settings, withoutToken, withToken } from './token-header.ts';

type Props = DataSourcePluginOptionsEditorProps<PanelcastOptions, Record<string, string>>;

const TOKEN = 'custom-token';
const LABEL_WIDTH = 24;

/** Where the notifier is, what it knows Grafana by, and what the test says of it. */
export function ConfigEditor({ onOptionsChange, options }: Props) {
  return (
    <>
      <DataSourceDescription
        dataSourceName="Panelcast"
        docsLink="https://github.com/panelcast/panelcast#readme"
        hasRequiredFields
      />
      <Divider spacing={4} />
      <ConnectionSettings
        config={options}
        onChange={onOptionsChange}
        urlLabel="Notifier"
        urlPlaceholder="http://notifier:4100"
        urlTooltip="The notifier’s address as the Grafana server reaches it, not the browser: within containers the service’s name."
      />
      <Divider spacing={4} />
      <Authentication settings={options} onChange={onOptionsChange} />
      <Divider spacing={4} />
      <ConfigSection
        title="Additional settings"
        isCollapsible
        isInitiallyOpen={options.jsonData.transport !== undefined}
      >
        <TransportField settings={options} onChange={onOptionsChange} />
        <AdvancedHttpSettings config={options} onChange={onOptionsChange} />
      </ConfigSection>
      <Divider spacing={4} />
      <TestExplained />
    </>
  );
}

interface PartProps {
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
}

function Authentication({ onChange, settings }: PartProps) {
  const legacy = convertLegacyAuthProps({ config: settings, onChange });
  const headers = legacy.customHeaders?.headers ?? [];
  const ownPlace = headers.findIndex(({ name }) => isAuthorization(name));
  const { isStored, typed } = readToken(settings);
  return (
    <Auth
      {...legacy}
      selectedMethod={TOKEN}
      mostCommonMethod={TOKEN}
      visibleMethods={[TOKEN]}
      onAuthMethodSelect={() => undefined}
      customMethods={[
        {
          id: TOKEN,
          label: 'Notifier token',
          description: 'The secret that the notifier was started with, in PANELCAST_TOKEN',
          component: <TokenField settings={settings} onChange={onChange} />,
        },
      ]}
      customHeaders={{
        headers: headers.filter(({ name }) => !isAuthorization(name)),
        // The token keeps its place among them: their numbers tie names to stored values.
        onChange: others => {
          const own = {
            name: 'Authorization',
            configured: isStored,
            value: typed === undefined ? '' : `Bearer ${typed}`,
          };
          legacy.customHeaders?.onChange(ownPlace < 0 ? others : others.toSpliced(ownPlace, 0, own));
        },
      }}
      readOnly={settings.readOnly}
    />
  );
}

function TokenField({ onChange, settings }: PartProps) {
  const { isStored, typed = '' } = readToken(settings);
  return (
    <InlineField
      label="Token"
      htmlFor="panelcast-token"
      labelWidth={LABEL_WIDTH}
      grow
      disabled={settings.readOnly ?? false}
      tooltip="Stored encrypted and put on by the Grafana server; browsers never see it. Empty for a notifier without one."
    >
      <SecretInput
        id="panelcast-token"
        isConfigured={isStored}
        value={typed}
        placeholder="PANELCAST_TOKEN"
        autoComplete="off"
        onChange={event => {
          const { value } = event.currentTarget;
          onChange(value.trim() === '' ? withoutToken(settings) : withToken(settings, value));
        }}
        onReset={() => onChange(withoutToken(settings))}
      />
    </InlineField>
  );
}

const STEP_NAMES: Readonly<Record<Step, string>> = {
  websocket: 'WebSocket only',
  stream: 'HTTP stream only',
  polling: 'Polling only',
};

function TransportField({ onChange, settings }: PartProps) {
  const { transport, ...rest } = settings.jsonData;
  return (
    <ConfigSubSection
      title="Live connection"
      description="By default the best that gets through: a WebSocket, else an HTTP stream, else polling."
    >
      <InlineField label="Connection" htmlFor="panelcast-transport" labelWidth={LABEL_WIDTH}>
        <Combobox
          id="panelcast-transport"
          width={40}
          isClearable
          placeholder="The best that gets through"
          options={STEPS.map(value => ({ value, label: STEP_NAMES[value] }))}
          value={transport ?? null}
          onChange={option =>
            onChange({ ...settings, jsonData: option === null ? rest : { ...rest, transport: option.value } })
          }
        />
      </InlineField>
    </ConfigSubSection>
  );
}

/** What each answer of the test means, before somebody has to ask. */
const ANSWERS: readonly (readonly [answer: string, meaning: string])[] = [
  ['Live by WebSocket', 'All is well: a real view was opened the whole way, and its first cut came.'],
  [
    'A better way does not work',
    'Panels work, but a proxy before Grafana keeps WebSockets or streams out; the details say what to set in it.',
  ],
  [
    'The token is not the right one',
    'Enter the value of PANELCAST_TOKEN again. The notifier answers 403, since Grafana turns 401 into 400.',
  ],
  [
    'Different versions',
    'The notifier was reached, but speaks another version of the protocol: update the older of the two.',
  ],
  [
    'The notifier does not answer',
    'The Grafana server cannot reach the URL: its name, its port, or a network between them.',
  ],
];

function TestExplained() {
  return (
    <ConfigSection
      title="What Save & test says"
      description="It asks the notifier for its tables, then opens a live connection as panels do and waits for a first cut."
      isCollapsible
      isInitiallyOpen={false}
    >
      <dl>
        {ANSWERS.map(([answer, meaning]) => (
          <div key={answer}>
            <dt>{answer}</dt>
            <dd>
              <Text color="secondary">{meaning}</Text>
            </dd>
          </div>
        ))}
      </dl>
      <Text color="secondary">
        For operators’ roles the notifier has to know Grafana by its address, PANELCAST_GRAFANA_URL: it checks Grafana’s
        signed identities with the keys there. Without it everybody is a viewer.
      </Text>
    </ConfigSection>
  );
}
