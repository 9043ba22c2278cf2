export interface Config {
  port: number
  databasePath: string
  carrierUrl: string
  carrierToken: string
}

/** The token of the shop's own account, so that the service starts without any setup. */
const shopToken = '{{TOKEN}}'

/** Reads the configuration from the environment. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return {
    port: Number(environment.PORT ?? 8080),
    databasePath: environment.DATABASE_PATH ?? 'parcels.db',
    carrierUrl: environment.CARRIER_URL ?? 'https://carrier.example',
    carrierToken: environment.CARRIER_TOKEN ?? shopToken,
  }
}
