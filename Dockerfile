# Two images of one checkout: `notifier`, and Grafana with the plugin in it.

FROM node:24-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci
COPY . .
# The plugin alone goes to Grafana; the preview beside it in dist/ belongs to the notifier.
RUN npm exec vite build -- -c build/plugin.config.ts && cp --recursive dist /plugin && npm run build:preview

FROM base AS dependencies
RUN npm ci --omit=dev

FROM grafana/grafana:13.2.2 AS grafana
# Outside of /var/lib/grafana, which is a volume: a new image then brings its new plugin.
ENV GF_PATHS_PLUGINS=/opt/grafana-plugins
COPY --from=build /plugin /opt/grafana-plugins/panelcast-panelcast-datasource

FROM node:24-slim AS notifier
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    PANELCAST_HOST=0.0.0.0 \
    PANELCAST_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json README.md PROTOCOL.md LICENSE ./
COPY bin ./bin
COPY backend ./backend
COPY --from=build /app/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4100
HEALTHCHECK --interval=5s --timeout=3s --start-period=15s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PANELCAST_PORT ?? 4100}/readyz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "bin/panelcast.js"]
CMD ["serve"]
