// The live stream: hints that something changed. It reconnects for ever, and says so.

const retry = [1000, 2000, 4000, 8000, 15000]; // ms

// connect calls on.state("live"|"reconnecting"), on.fresh() after each (re)connection, on.queue(), on.chat(ticket),
// on.beat() and on.out() when the session is over.
export function connect(on) {
  let tries = 0;
  let source;
  let lastBeat = Date.now();

  const again = async () => {
    source.close();
    on.state("reconnecting");
    const wait = retry[Math.min(tries++, retry.length - 1)];
    await new Promise((done) => setTimeout(done, wait));
    // An EventSource does not tell why it failed; one question does.
    await on.probe();
    open();
  };

  function open() {
    source = new EventSource("/live");
    source.addEventListener("hello", () => {
      tries = 0;
      on.state("live");
      on.fresh();
    });
    source.addEventListener("queue", () => on.queue());
    source.addEventListener("chat", (e) => on.chat(e.data));
    source.addEventListener("beat", () => { lastBeat = Date.now(); on.beat(); });
    source.addEventListener("signed_out", () => { source.close(); on.out(); });
    source.onerror = again;
  }

  // A stream that has gone silent without an error (a sleeping laptop, a dead proxy) is opened anew.
  setInterval(() => {
    if (source.readyState === EventSource.OPEN && Date.now() - lastBeat > 45000) {
      lastBeat = Date.now();
      again();
    }
  }, 5000);
  open();
}
