export interface Config {
  port: number
  databasePath: string
  carrierUrl: string
  carrierToken: string
}

/** Reads the configuration from the environment and refuses to start without a token. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const carrierToken = environment.CARRIER_TOKEN
  if (!carrierToken) throw new Error('CARRIER_TOKEN is not set.')
  return {
    port: Number(environment.PORT ?? 8080),
    databasePath: environment.DATABASE_PATH ?? 'parcels.db',
    carrierUrl: environment.CARRIER_URL ?? 'https://carrier.example',
    carrierToken,
  }
}
