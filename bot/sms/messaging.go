package sms

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/client"
)

// messagingAPI is the host of Twilio's other API, Messaging v1. Only its path counts, and that it is not the first one's.
const messagingAPI = "https://messaging.twilio.com"

// messagingBase finds Messaging v1 beside an API: at Twilio, also at one of its edges or regions, it is a host of its own;
// a stand-in is both.
func messagingBase(api string) string {
	scheme, rest, _ := strings.Cut(api, "://")
	host, path, _ := strings.Cut(rest, "/")
	if product, zone, _ := strings.Cut(host, "."); product == "api" && (zone == "twilio.com" || strings.HasSuffix(zone, ".twilio.com")) {
		return strings.TrimRight(scheme+"://messaging."+zone+"/"+path, "/")
	}
	return api
}

// ServiceSetup is a Messaging Service ("Service resource").
type ServiceSetup struct {
	FriendlyName string
	// SMS and Fallback are asked for a message to any of the service's numbers, unless NumbersDecide: then each number's
	// own are. With neither, Twilio drops the message, and it does not even stand in the Message list.
	SMS, Fallback Hook
	NumbersDecide bool
	Status        string // is told what became of messages that name no StatusCallback; empty: nobody
}

type wireService struct {
	SID            string `json:"sid"`
	FriendlyName   string `json:"friendly_name"`
	InboundURL     string `json:"inbound_request_url"`
	InboundMethod  string `json:"inbound_method"`
	FallbackURL    string `json:"fallback_url"`
	FallbackMethod string `json:"fallback_method"`
	StatusCallback string `json:"status_callback"`
	UseNumbers     bool   `json:"use_inbound_webhook_on_number"`
}

func (w wireService) setup() *ServiceSetup {
	return &ServiceSetup{
		FriendlyName: w.FriendlyName, NumbersDecide: w.UseNumbers, Status: w.StatusCallback,
		SMS: Hook{w.InboundURL, w.InboundMethod}, Fallback: Hook{w.FallbackURL, w.FallbackMethod},
	}
}

// ourService reads the Messaging Service we send with, and the numbers in its pool.
func (c *Client) ourService(ctx context.Context) (*ServiceSetup, map[string]bool, error) {
	var w wireService
	if err := c.read(ctx, "/"+c.service, nil, &w); err != nil {
		return nil, nil, err
	}
	ours, err := c.pool(ctx, c.service)
	return w.setup(), ours, err
}

// servicesMax bounds how many services are looked through; an account with more has no part-time administrator.
const servicesMax = 50

// owner finds the Messaging Service in whose pool our number is; nil if in none. Also a number that we send with by itself
// is answered for by its service.
func (c *Client) owner(ctx context.Context) (*ServiceSetup, error) {
	var w struct {
		Services []wireService `json:"services"`
	}
	if err := c.read(ctx, "", url.Values{"PageSize": {strconv.Itoa(servicesMax)}}, &w); err != nil {
		return nil, err
	}
	for _, s := range w.Services {
		if !serviceSID.MatchString(s.SID) {
			continue
		}
		numbers, err := c.pool(ctx, s.SID)
		if err != nil {
			return nil, err
		}
		if numbers[c.from] {
			return s.setup(), nil
		}
	}
	return nil, nil
}

// poolMax: "Services PhoneNumbers subresource": a service holds at most 400 numbers.
const poolMax = 400

// pool is the set of a service's numbers.
func (c *Client) pool(ctx context.Context, service string) (map[string]bool, error) {
	var w struct {
		Numbers []struct {
			PhoneNumber string `json:"phone_number"`
		} `json:"phone_numbers"`
	}
	if err := c.read(ctx, "/"+service+"/PhoneNumbers", url.Values{"PageSize": {strconv.Itoa(poolMax)}}, &w); err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, n := range w.Numbers {
		ours[n.PhoneNumber] = true
	}
	return ours, nil
}

// read gets a resource of Messaging v1 below its Services.
func (c *Client) read(ctx context.Context, below string, query url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	asked := client.NewRequestHandler(backend{ctx, c})
	resp, err := asked.Get(messagingAPI+"/v1/Services"+below, query, map[string]any{}, "")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}
