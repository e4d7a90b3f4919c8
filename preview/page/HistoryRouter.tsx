import { LocationServiceProvider, locationService } from '@grafana/runtime';
import { type ReactNode, useLayoutEffect, useMemo, useState } from 'react';
import { type Navigator, Router } from 'react-router-dom-v5-compat';

/** The router over Grafana's own history, so that links, scenes and locationService move together. */
export function HistoryRouter({ children }: { readonly children: ReactNode }) {
  const history = locationService.getHistory();
  const [location, setLocation] = useState(history.location);
  useLayoutEffect(() => history.listen(setLocation), [history]);
  const navigator = useMemo<Navigator>(
    () => ({
      createHref: to => history.createHref(typeof to === 'string' ? { pathname: to } : to),
      go: delta => history.go(delta),
      push: (to, state) => history.push(typeof to === 'string' ? to : { ...to, state }),
      replace: (to, state) => history.replace(typeof to === 'string' ? to : { ...to, state }),
    }),
    [history],
  );
  return (
    <LocationServiceProvider service={locationService}>
      <Router location={location} navigator={navigator}>
        {children}
      </Router>
    </LocationServiceProvider>
  );
}
