import type { Engine } from './engine.ts'

type Own = Pick<Engine, 'generate' | 'close'> & Partial<Engine>

/** An engine that does some things its own way, and says of everything else what another one says at that moment. */
export function aroundEngine<Extra extends Own>(inner: () => Engine, own: Extra): Engine & Extra {
  const told: Omit<Engine, 'generate' | 'close'> = {
    get kind() {
      return inner().kind
    },
    get model() {
      return inner().model
    },
    get digest() {
      return inner().digest
    },
    get contextTokens() {
      return inner().contextTokens
    },
    get offersTools() {
      return inner().offersTools
    },
    get parallel() {
      return inner().parallel
    },
    get notices() {
      return inner().notices
    },
    countTokens: (text) => inner().countTokens(text),
  }
  // With their descriptors: what is read of an engine may change while it is open.
  const members = { ...Object.getOwnPropertyDescriptors(told), ...Object.getOwnPropertyDescriptors(own) }
  return Object.defineProperties({}, members) as Engine & Extra
}
