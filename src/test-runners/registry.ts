import { cargoTest } from './cargo-test.ts'
import { goTest } from './go-test.ts'
import { gradle } from './gradle.ts'
import { jest } from './jest.ts'
import { maven } from './maven.ts'
import { mocha } from './mocha.ts'
import { nodeTest } from './node-test.ts'
import { pytest } from './pytest.ts'
import type { TestRunner } from './test-runner.ts'
import { vitest } from './vitest.ts'

/** Where two claim a file in one folder, the first one has it. */
export const testRunners: readonly TestRunner[] = [vitest, jest, mocha, nodeTest, pytest, goTest, cargoTest, maven, gradle]
