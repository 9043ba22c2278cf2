import { missing } from '../helpers/sandbox-requirements.ts'
import { sandboxContract } from '../workspace/sandbox-contract.ts'

sandboxContract({ kind: 'bwrap', missing: missing('bwrap') })
