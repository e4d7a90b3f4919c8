/// <reference types="vite/client" />
/// <reference types="systemjs" />
