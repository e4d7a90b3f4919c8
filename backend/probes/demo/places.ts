/** The names that the simulated company goes by. Order matters: a smaller network uses the first ones. */

export interface Place {
  readonly code: string;
  readonly location: string;
  /** How much equipment stands there, relative to the others. */
  readonly weight: number;
}

export const PLACES: readonly Place[] = [
  { code: 'lon', location: 'London, United Kingdom', weight: 1.8 },
  { code: 'nyc', location: 'New York, United States', weight: 1.7 },
  { code: 'sgp', location: 'Singapore', weight: 1.4 },
  { code: 'fra', location: 'Frankfurt, Germany', weight: 1.3 },
  { code: 'syd', location: 'Sydney, Australia', weight: 1 },
  { code: 'tyo', location: 'Tokyo, Japan', weight: 1 },
  { code: 'par', location: 'Paris, France', weight: 0.9 },
  { code: 'sao', location: 'São Paulo, Brazil', weight: 0.8 },
  { code: 'dub', location: 'Dublin, Ireland', weight: 0.8 },
  { code: 'bom', location: 'Mumbai, India', weight: 0.8 },
  { code: 'jnb', location: 'Johannesburg, South Africa', weight: 0.6 },
  { code: 'tor', location: 'Toronto, Canada', weight: 0.6 },
  { code: 'chi', location: 'Chicago, United States', weight: 0.9 },
  { code: 'ams', location: 'Amsterdam, Netherlands', weight: 0.9 },
  { code: 'hkg', location: 'Hong Kong', weight: 0.9 },
  { code: 'mad', location: 'Madrid, Spain', weight: 0.7 },
  { code: 'sto', location: 'Stockholm, Sweden', weight: 0.7 },
  { code: 'zrh', location: 'Zurich, Switzerland', weight: 0.7 },
  { code: 'dxb', location: 'Dubai, United Arab Emirates', weight: 0.6 },
  { code: 'mex', location: 'Mexico City, Mexico', weight: 0.6 },
  { code: 'sel', location: 'Seoul, South Korea', weight: 0.6 },
  { code: 'waw', location: 'Warsaw, Poland', weight: 0.5 },
  { code: 'mil', location: 'Milan, Italy', weight: 0.5 },
  { code: 'nbo', location: 'Nairobi, Kenya', weight: 0.4 },
];

export const APPLICATIONS: readonly string[] = [
  'Internet Banking',
  'Payments',
  'Email',
  'Billing',
  'DNS',
  'Mobile Banking',
  'Card Authorisation',
  'Trading',
  'Market Data',
  'Customer Portal',
  'Identity',
  'Fraud Screening',
  'File Storage',
  'Voice',
  'Data Warehouse',
  'Remote Access',
  'Contact Centre',
  'Document Archive',
  'Treasury',
  'Loans',
  'Branch Desktop',
  'Reporting',
  'Statements',
  'Onboarding',
];

export const ACCOUNTS: readonly string[] = [
  'admin',
  'root',
  'netops',
  'backup',
  'svc-deploy',
  'oracle',
  'j.meyer',
  'a.osei',
];
