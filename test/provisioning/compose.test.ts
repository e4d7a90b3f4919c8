import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPTION_NAMES, variableOf } from '../../backend/config/options.ts';
import { ROOT, readCompose, readDataSources, readText } from './files.ts';
import { PluginId } from './plugin-id.ts';

const compose = readCompose();
const { grafana, notifier, prometheus } = compose.services;
const dockerfile = readText('Dockerfile');
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('is accepted by docker-compose where that is installed', context => {
    const config = spawnSync('docker-compose', ['config', '--quiet'], { cwd: ROOT, encoding: 'utf8' });
    if (config.error) return context.skip('docker-compose is not installed');
    expect(config.stderr).toBe('');
    expect(config.status).toBe(0);
  });

  it('mounts only what is there, and declares every named volume', () => {
    for (const [, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [from] = volume.split(':') as [string];
        if (from.startsWith('.')) expect(existsSync(join(ROOT, from)), from).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
    }
  });

  it('pins every image', () => {
    const images = services.flatMap(([, { image }]) => image ?? []);
    const bases = [...dockerfile.matchAll(/^FROM (\S+:\S+)/gm)].map(found => found[1]!);
    expect(bases).toContain('grafana/grafana:13.2.2');
    for (const image of [...images, ...bases]) expect(image).toMatch(/:v?\d+(\.\d+)*(-\w+)?$/);
  });

  it('publishes ports to this machine alone', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('builds stages that the Dockerfile has', () => {
    for (const [, { build }] of services)
      if (build) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
  });

  it('gives the notifier options that it knows, a token where it listens on every address, and no writable root', () => {
    const names = OPTION_NAMES.map(variableOf);
    for (const name of Object.keys(notifier!.environment!)) expect(names).toContain(name);
    expect(notifier!.environment).toMatchObject({ PANELCAST_HOST: '0.0.0.0', PANELCAST_DATA_DIR: '/data' });
    expect(notifier!.environment!.PANELCAST_TOKEN).toMatch(/^\$\{PANELCAST_TOKEN:-.+\}$/);
    expect(notifier!.read_only).toBe(true);
    expect(notifier!.volumes).toEqual(['notifier-data:/data']);
  });

  it('checks the health of every service, of the notifier by a route that it has', () => {
    for (const [name, service] of services) {
      const own = service.healthcheck !== undefined;
      const ofImage = service.build?.target === 'notifier' && /^HEALTHCHECK/m.test(dockerfile);
      expect(own || ofImage, `${name} has a health check`).toBe(true);
    }
    const [, route] = /127\.0\.0\.1:\$\{[^}]+\}(\/\w+)`/.exec(dockerfile)!;
    expect(readText('backend/gateway/health-routes.ts')).toContain(`'${route}'`);
  });

  it('runs the notifier as nobody in particular, with its data where the volume is', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
  });

  it('lets Grafana load the plugin unsigned, from where the image has it', () => {
    expect(grafana!.environment!.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS).toBe(PluginId);
    const [, plugins] = /GF_PATHS_PLUGINS=(\S+)/.exec(dockerfile)!;
    expect(dockerfile).toContain(`${plugins}/${PluginId}`);
  });

  it('gives Grafana every variable that a provisioned data source names', () => {
    const named = [...readText('provisioning/datasources/datasources.yaml').matchAll(/\$(\w+)/g)].map(
      found => found[1]!,
    );
    for (const name of named) expect(Object.keys(grafana!.environment!)).toContain(name);
  });

  it('opens with a dashboard that is mounted', () => {
    const home = grafana!.environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!;
    expect(existsSync(join(ROOT, home.replace('/etc/grafana/', '')))).toBe(true);
  });

  it('names services of its own in the addresses of data sources and scrapes', () => {
    const addresses = readDataSources().map(({ url }) => url.replace(/^https?:\/\//, '').split(':')[0]!);
    const scraped = /targets: \[(\w+):4100\]/.exec(readText('provisioning/prometheus/prometheus.yml'))![1]!;
    for (const host of [...addresses, scraped]) expect(Object.keys(compose.services)).toContain(host);
    expect(prometheus!.volumes![0]).toContain('provisioning/prometheus/prometheus.yml');
  });

  it('has a line in .env.example for every variable that it takes from the environment', () => {
    const taken = [...readText('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(found => found[1]!);
    const offered = [...readText('.env.example').matchAll(/^(\w+)=/gm)].map(found => found[1]!);
    expect([...new Set(offered)].sort()).toEqual([...new Set(taken)].sort());
  });
});
