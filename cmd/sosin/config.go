package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sosin/bot/sms"
	"sosin/bot/telegram"
	"sosin/store"
)

// storeConfig is where things are kept; every subcommand that reads or writes them has it.
type storeConfig struct {
	Data      string `help:"Keys and the managed Redis." env:"SOSIN_DATA" default:"./sosin-data" type:"path"`
	RedisURL  string `help:"redis://, rediss:// or unix://; Sentinel with ?master_name=, Cluster with ?addr=; empty: a managed redis-server." env:"SOSIN_REDIS_URL" name:"redis-url"`
	RedisFile string `help:"File that holds the Redis URL." env:"SOSIN_REDIS_URL_FILE" name:"redis-url-file" type:"path"`
	Namespace string `help:"Prefix of every key; one helpline each." env:"SOSIN_NAMESPACE" default:"sosin"`
	Keys      string `help:"Key file; default DATA/keys." env:"SOSIN_KEYS" type:"path"`
	Unsafe    bool   `help:"Serve on a Redis that may evict or does not persist." env:"SOSIN_REDIS_UNSAFE" name:"redis-unsafe"`
}

func (c *storeConfig) keyFile() string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(c.Data, "keys")
}

// flowsConfig says which conversations are offered.
type flowsConfig struct {
	Flows string `help:"Folder with flows (*.yaml) and their texts (et.toml, ru.toml, en.toml); empty: the embedded ones." env:"SOSIN_FLOWS" type:"path"`
}

// serviceConfig says what is true today.
type serviceConfig struct {
	Service string `help:"Service file: desks, hours, numbers, what may never be sent; empty: the embedded example." env:"SOSIN_SERVICE" type:"path"`
}

// serveConfig is everything serve needs. See the README's table of variables.
type serveConfig struct {
	storeConfig
	flowsConfig
	serviceConfig
	Listen    string `help:"Public address: webhooks and console." env:"SOSIN_LISTEN" default:"127.0.0.1:8080"`
	OpsListen string `help:"Address of /livez, /readyz and /metrics." env:"SOSIN_OPS_LISTEN" default:"127.0.0.1:8081"`
	PublicURL string `help:"The https address providers and staff see." env:"SOSIN_PUBLIC_URL" name:"public-url"`
	channelConfig
}

// channelConfig holds both providers' settings.
type channelConfig struct {
	TelegramToken      string `help:"Bot token." env:"SOSIN_TELEGRAM_TOKEN" name:"telegram-token"`
	TelegramTokenFile  string `help:"File that holds it." env:"SOSIN_TELEGRAM_TOKEN_FILE" name:"telegram-token-file" type:"path"`
	TelegramSecret     string `help:"The webhook's secret token." env:"SOSIN_TELEGRAM_SECRET" name:"telegram-secret"`
	TelegramSecretFile string `help:"File that holds it." env:"SOSIN_TELEGRAM_SECRET_FILE" name:"telegram-secret-file" type:"path"`
	TelegramMode       string `help:"webhook, or poll for machines without a public address." env:"SOSIN_TELEGRAM_MODE" name:"telegram-mode" default:"webhook"`
	TelegramAPI        string `help:"Base URL of the Bot API." env:"SOSIN_TELEGRAM_API" name:"telegram-api" default:"https://api.telegram.org"`
	TwilioSID          string `help:"Account SID." env:"SOSIN_TWILIO_ACCOUNT_SID" name:"twilio-account-sid"`
	TwilioToken        string `help:"Auth token." env:"SOSIN_TWILIO_AUTH_TOKEN" name:"twilio-auth-token"`
	TwilioTokenFile    string `help:"File that holds it." env:"SOSIN_TWILIO_AUTH_TOKEN_FILE" name:"twilio-auth-token-file" type:"path"`
	TwilioFrom         string `help:"Our number, or messaging service (MG...)." env:"SOSIN_TWILIO_FROM" name:"twilio-from"`
	TwilioAPI          string `help:"Base URL of the REST API." env:"SOSIN_TWILIO_API" name:"twilio-api" default:"https://api.twilio.com"`
}

func (c *channelConfig) telegram() bool { return c.TelegramToken != "" }
func (c *channelConfig) sms() bool      { return c.TwilioSID != "" }
func (c *channelConfig) polls() bool    { return c.TelegramMode == "poll" }

// wrongConfig is what is wrong with a configuration, one line per fault. It never quotes a secret.
type wrongConfig []string

func (w wrongConfig) Error() string { return strings.Join(w, "\n") }

func (w *wrongConfig) add(name, what, mend string) {
	*w = append(*w, fmt.Sprintf("%s: %s; %s", name, what, mend))
}

func (w wrongConfig) err() error {
	if len(w) == 0 {
		return nil
	}
	return w
}

// check completes a configuration from its secret files and reports every fault at once.
func (c *serveConfig) check() error {
	var w wrongConfig
	c.storeConfig.check(&w)
	c.readSecrets(&w)
	checkListen(&w, "SOSIN_LISTEN", c.Listen)
	checkListen(&w, "SOSIN_OPS_LISTEN", c.OpsListen)
	if !c.telegram() && !c.sms() {
		w.add("SOSIN_TELEGRAM_TOKEN, SOSIN_TWILIO_ACCOUNT_SID", "no channel has credentials", "set up Telegram, SMS or both")
	}
	c.checkPublicURL(&w)
	c.checkTelegram(&w)
	c.checkTwilio(&w)
	return w.err()
}

func checkListen(w *wrongConfig, name, addr string) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		w.add(name, "is not host:port", "write for example 127.0.0.1:8080")
	}
}

var namespaceForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)

func (c *storeConfig) check(w *wrongConfig) {
	readSecret(w, "SOSIN_REDIS_URL", &c.RedisURL, c.RedisFile)
	if _, err := store.Options(c.RedisURL); c.RedisURL != "" && err != nil {
		w.add("SOSIN_REDIS_URL", "is not a Redis address", "write redis://, rediss:// or unix:// (the README has the forms for Sentinel and Cluster)")
	}
	if !namespaceForm.MatchString(c.Namespace) {
		w.add("SOSIN_NAMESPACE", "may hold letters, digits, dot, dash and underscore only", "choose a short name such as sosin")
	}
}

func (c *serveConfig) readSecrets(w *wrongConfig) {
	readSecret(w, "SOSIN_TELEGRAM_TOKEN", &c.TelegramToken, c.TelegramTokenFile)
	readSecret(w, "SOSIN_TELEGRAM_SECRET", &c.TelegramSecret, c.TelegramSecretFile)
	readSecret(w, "SOSIN_TWILIO_AUTH_TOKEN", &c.TwilioToken, c.TwilioTokenFile)
}

// readSecret takes a secret from its file if one is named; both at once is a fault.
func readSecret(w *wrongConfig, name string, value *string, file string) {
	if file == "" {
		return
	}
	if *value != "" {
		w.add(name, "is set twice, directly and by "+name+"_FILE", "keep one of them")
		return
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		w.add(name+"_FILE", "cannot be read", "check path and permissions")
		return
	}
	if *value = strings.TrimSpace(string(raw)); *value == "" {
		w.add(name+"_FILE", "is empty", "write the secret into it")
	}
}

func (c *serveConfig) checkPublicURL(w *wrongConfig) {
	if c.PublicURL == "" {
		if c.telegram() && !c.polls() || c.sms() {
			w.add("SOSIN_PUBLIC_URL", "is missing", "set the https address under which providers reach this machine, or use SOSIN_TELEGRAM_MODE=poll without SMS")
		}
		return
	}
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		w.add("SOSIN_PUBLIC_URL", "is not an address", "write for example https://help.example.org")
	case u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		w.add("SOSIN_PUBLIC_URL", "has more than a host", "leave out path and query")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		w.add("SOSIN_PUBLIC_URL", "is not https", "put a TLS proxy in front and write its https address")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *serveConfig) checkTelegram(w *wrongConfig) {
	if !c.telegram() {
		return
	}
	if _, err := telegram.ParseToken(c.TelegramToken); err != nil {
		w.add("SOSIN_TELEGRAM_TOKEN", "does not look like a bot token", "copy it again from BotFather")
	}
	switch c.TelegramMode {
	case "poll":
	case "webhook":
		if _, err := telegram.ParseSecret(c.TelegramSecret); err != nil {
			w.add("SOSIN_TELEGRAM_SECRET", "is missing or malformed", "set 1 to 256 letters, digits, _ or -, at random")
		}
	default:
		w.add("SOSIN_TELEGRAM_MODE", "is neither webhook nor poll", "choose one")
	}
	checkAPI(w, "SOSIN_TELEGRAM_API", c.TelegramAPI)
}

var twilioSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)

func (c *serveConfig) checkTwilio(w *wrongConfig) {
	if !c.sms() {
		if c.TwilioToken != "" || c.TwilioFrom != "" {
			w.add("SOSIN_TWILIO_ACCOUNT_SID", "is missing while other Twilio settings are there", "set it, or clear the others")
		}
		return
	}
	if !twilioSID.MatchString(c.TwilioSID) {
		w.add("SOSIN_TWILIO_ACCOUNT_SID", "does not look like an account SID", "copy it from the Twilio console: AC and 32 hex digits")
	}
	if c.TwilioToken == "" {
		w.add("SOSIN_TWILIO_AUTH_TOKEN", "is missing", "copy it from the Twilio console")
	}
	if c.TwilioFrom == "" {
		w.add("SOSIN_TWILIO_FROM", "is missing", "set our number (+372...) or the messaging service (MG...)")
	}
	checkAPI(w, "SOSIN_TWILIO_API", c.TwilioAPI)
	if c.PublicURL == "" || !twilioSID.MatchString(c.TwilioSID) || c.TwilioToken == "" || c.TwilioFrom == "" {
		return
	}
	if _, err := c.smsClient(); err != nil {
		w.add("SOSIN_TWILIO_FROM", "is not accepted: "+err.Error(), "set our number (+372...) or the messaging service (MG...)")
	}
}

func (c *serveConfig) smsClient() (*sms.Client, error) {
	return sms.NewClient(sms.Config{
		AccountSID: c.TwilioSID, AuthToken: sms.NewAuthToken(c.TwilioToken), From: c.TwilioFrom,
		PublicURL: c.PublicURL, API: c.TwilioAPI,
	})
}

func checkAPI(w *wrongConfig, name, value string) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		w.add(name, "is not an address", "leave it out, or write an absolute http(s) address")
	}
}
