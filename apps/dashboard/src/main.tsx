import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createTexts } from './i18n/i18n.ts';
import { TextsProvider } from './i18n/use-translation.ts';

const texts = await createTexts();
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <TextsProvider value={texts}>
        <App />
      </TextsProvider>
    </StrictMode>,
  );
}
