// SPDX-License-Identifier: MIT
// What the compiler does not find and a reader may overlook. Layout is prettier's.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const typeChecked = (files, project, rules) => ({
  files,
  extends: [tseslint.configs.recommendedTypeChecked],
  languageOptions: { parserOptions: { project, tsconfigRootDir: import.meta.dirname } },
  rules,
});
/** The compiler finds unused names better: what begins with an underscore is meant. */
const UNUSED = { '@typescript-eslint/no-unused-vars': 'off' };

export default tseslint.config(
  { ignores: ['build/', 'bin/', 'release/', 'package/', 'luasrc-compat/', '**/*.js', '**/*.d.ts'] },
  {
    files: ['**/*.mjs'],
    extends: [js.configs.recommended],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  typeChecked(['src/**/*.ts'], 'tsconfig.json', {
    ...UNUSED,
    // JSON is taken apart where it is read: `any` ends there.
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-base-to-string': 'off',
  }),
  typeChecked(['test/**/*.ts', 'src/native/node.ts'], 'test/tsconfig.json', {
    ...UNUSED,
    // Tests take apart answers of any shape.
    '@typescript-eslint/no-explicit-any': 'off',
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    '@typescript-eslint/no-base-to-string': 'off',
    '@typescript-eslint/no-implied-eval': 'off',
    '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    '@typescript-eslint/restrict-template-expressions': 'off',
    '@typescript-eslint/require-await': 'off',
    '@typescript-eslint/only-throw-error': 'off',
    '@typescript-eslint/prefer-promise-reject-errors': 'off',
    '@typescript-eslint/unbound-method': 'off',
  }),
);
