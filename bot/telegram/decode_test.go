package telegram

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"sosin/bot"
	"sosin/flows"
)

func address(id int64) bot.Address { return bot.NewAddress(flows.Telegram, strconv.FormatInt(id, 10)) }

// Parts of payloads as the Bot API sends them, with everything we must not read.
const (
	from    = `"from":{"id":900000001,"is_bot":false,"first_name":"canary-name","last_name":"canary-last","username":"canary_user","language_code":"ru","is_premium":true}`
	private = `"chat":{"id":900000001,"first_name":"canary-name","last_name":"canary-last","username":"canary_user","type":"private"}`
	head    = `"message_id":17,` + from + `,` + private + `,"date":1790000000`
	file    = `"file_id":"AgACAgQAAxkBcanary-file","file_unique_id":"AQADcanary","file_size":1024`
)

var at = time.Unix(1790000000, 0).UTC()

func msg(rest string) string {
	return `{"update_id":41,"message":{` + head + rest + `}}`
}

func want(message string, in flows.Input) bot.Inbound {
	return bot.Inbound{Address: address(ann), Update: "tg:41", Message: message, Input: in}
}

func media(text string) bot.Inbound {
	return want("17", flows.Input{Kind: flows.Media, Text: text, At: at})
}

func typed(text string) bot.Inbound {
	return want("17", flows.Input{Kind: flows.Typed, Text: text, At: at})
}

var payloads = []struct {
	name, raw string
	want      bot.Inbound
	tap       string
}{
	{"text", msg(`,"text":"tere"`), typed("tere"), ""},
	{"text with entities and a reply", msg(`,"reply_to_message":{"message_id":3,` + private + `,"date":1,"text":"old"},"text":"see https://example.org","entities":[{"offset":4,"length":19,"type":"url"}],"link_preview_options":{"url":"https://example.org"}`), typed("see https://example.org"), ""},
	{"forwarded text", msg(`,"forward_origin":{"type":"hidden_user","sender_user_name":"canary-name","date":1},"text":"kuri"`), typed("kuri"), ""},
	{"decomposed letters are composed", msg(`,"text":"o\u0303htul"`), typed("õhtul"), ""},
	{"control characters go", msg(`,"text":"a\u0000b\u2028c"`), typed("ab\nc"), ""},
	{"a lone surrogate becomes a replacement", msg(`,"text":"x\ud800y"`), typed("x\uFFFDy"), ""},
	{"nothing but blanks is still a message", msg(`,"text":"  \u0000 "`), typed(""), ""},
	{"start with a link's payload", msg(`,"text":"/start ref_canary","entities":[{"offset":0,"length":6,"type":"bot_command"}]`), typed("/start"), ""},
	{"start naming the bot", msg(`,"text":"/start@demo_bot"`), typed("/start"), ""},
	{"another command naming the bot", msg(`,"text":"/stop@demo_bot now"`), typed("/stop now"), ""},
	{"not a command", msg(`,"text":"/startle me"`), typed("/startle me"), ""},

	{"photo with words", msg(`,"photo":[{` + file + `,"width":90,"height":67}],"caption":"abi"`), media("abi"), ""},
	{"photo of an album", msg(`,"media_group_id":"13990000000001","photo":[{` + file + `,"width":90,"height":67}]`),
		want("17", flows.Input{Kind: flows.Media, Album: "13990000000001", At: at}), ""},
	{"voice", msg(`,"voice":{"duration":3,"mime_type":"audio/ogg",` + file + `}`), media(""), ""},
	{"video", msg(`,"video":{"duration":3,"width":1,"height":1,` + file + `}`), media(""), ""},
	{"video note", msg(`,"video_note":{"duration":3,"length":240,` + file + `}`), media(""), ""},
	{"audio", msg(`,"audio":{"duration":3,"performer":"canary-name",` + file + `}`), media(""), ""},
	{"animation", msg(`,"animation":{"duration":3,"width":1,"height":1,` + file + `},"document":{` + file + `}`), media(""), ""},
	{"document", msg(`,"document":{"file_name":"canary-name.pdf",` + file + `}`), media(""), ""},
	{"sticker", msg(`,"sticker":{"width":512,"height":512,"type":"regular","is_animated":false,"is_video":false,` + file + `}`), media(""), ""},
	{"location", msg(`,"location":{"latitude":59.437,"longitude":24.7536,"live_period":900}`), media(""), ""},
	{"venue", msg(`,"venue":{"location":{"latitude":59.4,"longitude":24.7},"title":"canary","address":"canary"},"location":{"latitude":59.4,"longitude":24.7}`), media(""), ""},
	{"contact", msg(`,"contact":{"phone_number":"+37200000001","first_name":"canary-name","user_id":900000009}`), media(""), ""},
	{"poll", msg(`,"poll":{"id":"1","question":"canary?","options":[],"total_voter_count":0,"is_closed":false,"is_anonymous":true,"type":"regular","allows_multiple_answers":false}`), media(""), ""},
	{"dice", msg(`,"dice":{"emoji":"🎲","value":4}`), media(""), ""},
	{"story", msg(`,"story":{"chat":{"id":-100900000003,"type":"channel","title":"canary"},"id":5}`), media(""), ""},
	{"a kind not invented yet", msg(`,"hologram":{"canary":[1,2]}`), media(""), ""},

	{"edited words", `{"update_id":41,"edited_message":{` + head + `,"edit_date":1790000060,"text":"ei ole"}}`,
		want("17", flows.Input{Kind: flows.Edited, Text: "ei ole", At: at.Add(time.Minute)}), ""},
	{"edited caption", `{"update_id":41,"edited_message":{` + head + `,"edit_date":1790000060,"photo":[],"caption":"b"}}`,
		want("17", flows.Input{Kind: flows.Edited, Text: "b", At: at.Add(time.Minute)}), ""},

	{"tap", `{"update_id":41,"callback_query":{"id":"77",` + from + `,"message":{"message_id":9,` + private + `,"date":1790000000,"text":"?","from":{"id":900000000,"is_bot":true,"first_name":"Bot"}},"chat_instance":"-1","data":"entry.safe|3|1"}}`,
		want("", flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safe", Turn: 3, Key: "1"}}), "77"},
	{"tap under a message grown inaccessible", `{"update_id":41,"callback_query":{"id":"77",` + from + `,"message":{"message_id":9,` + private + `,"date":0},"chat_instance":"-1","data":"entry.safe|3|1"}}`,
		want("", flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safe", Turn: 3, Key: "1"}}), "77"},
	{"tap without its message", `{"update_id":41,"callback_query":{"id":"77",` + from + `,"chat_instance":"-1","data":"entry.safe|3|2"}}`,
		want("", flows.Input{Kind: flows.Tapped, Tap: flows.Tap{State: "entry.safe", Turn: 3, Key: "2"}}), "77"},
	{"tap with forged data", `{"update_id":41,"callback_query":{"id":"77",` + from + `,"chat_instance":"-1","data":"drop table|x"}}`,
		want("", flows.Input{Kind: flows.Tapped}), "77"},
	{"tap with 65 bytes", `{"update_id":41,"callback_query":{"id":"77",` + from + `,"chat_instance":"-1","data":"` + strings.Repeat("s", 61) + `|3|1"}}`,
		want("", flows.Input{Kind: flows.Tapped}), "77"},

	{"blocked", member("kicked"), want("", flows.Input{Kind: flows.Blocked, At: at}), ""},
	{"unblocked", member("member"), want("", flows.Input{Kind: flows.Resumed, At: at}), ""},
}

func member(status string) string {
	return `{"update_id":41,"my_chat_member":{` + private + `,` + from + `,"date":1790000000,"old_chat_member":{"user":{"id":900000000,"is_bot":true,"first_name":"Bot"},"status":"member"},"new_chat_member":{"user":{"id":900000000,"is_bot":true,"first_name":"Bot"},"status":"` + status + `","until_date":0}}}`
}

// Everything a person can do arrives as what it is; read wrongly, it would get the wrong answer or none.
func TestDecode(t *testing.T) {
	for _, tt := range payloads {
		t.Run(tt.name, func(t *testing.T) {
			u, err := decode([]byte(tt.raw))
			if err != nil || !u.useful {
				t.Fatalf("not received: useful %v, %v", u.useful, err)
			}
			if !reflect.DeepEqual(u.in, tt.want) {
				t.Errorf("got  %+v (message %q)\nwant %+v (message %q)", u.in, u.in.Message, tt.want, tt.want.Message)
			}
			if u.tap != tt.tap || u.person != ann {
				t.Errorf("tap %q person %d", u.tap, u.person)
			}
			if s := fmt.Sprintf("%+v", u); strings.Contains(s, "canary") && !strings.Contains(tt.want.Input.Text, "canary") {
				t.Errorf("what we must not read was read")
			}
		})
	}
}

// What is of no use must not reach the engine: nobody in a group may be answered as if they were alone with us.
func TestDecodeIgnores(t *testing.T) {
	group := strings.NewReplacer(private, `"chat":{"id":-100900000003,"title":"canary","type":"supergroup"}`)
	for _, tt := range []struct {
		name, raw string
		leave     int64
	}{
		{"group", group.Replace(msg(`,"text":"hi"`)), -100900000003},
		{"edit in a group", group.Replace(`{"update_id":41,"edited_message":{` + head + `,"text":"hi"}}`), -100900000003},
		{"tap in a group", group.Replace(`{"update_id":41,"callback_query":{"id":"7",` + from + `,"message":{` + head + `},"data":"a|1|1"}}`), -100900000003},
		{"added to a group", group.Replace(member("member")), -100900000003},
		{"thrown out of a group", group.Replace(member("kicked")), 0},
		{"left a group", group.Replace(member("left")), 0},
		{"channel post", `{"update_id":41,"channel_post":{"message_id":1,"chat":{"id":-100900000004,"type":"channel"},"date":1,"text":"x"}}`, -100900000004},
		{"edited channel post", `{"update_id":41,"edited_channel_post":{"message_id":1,"chat":{"id":-100900000004,"type":"channel"},"date":1,"text":"x"}}`, -100900000004},
		{"another bot", strings.Replace(msg(`,"text":"hi"`), `"is_bot":false`, `"is_bot":true`, 1), 0},
		{"somebody else's chat", strings.Replace(msg(`,"text":"hi"`), `"from":{"id":900000001`, `"from":{"id":900000002`, 1), 0},
		{"nobody", strings.Replace(msg(`,"text":"hi"`), from+`,`, ``, 1), 0},
		{"through an inline bot", msg(`,"via_bot":{"id":5,"is_bot":true,"first_name":"x"},"text":"hi"`), 0},
		{"in the name of a channel", msg(`,"sender_chat":{"id":-100900000004,"type":"channel"},"text":"hi"`), 0},
		{"a tap in somebody else's chat", `{"update_id":41,"callback_query":{"id":"7",` + from + `,"message":{"chat":{"id":900000002,"type":"private"}},"data":"a|1|1"}}`, 0},
		{"a tap under an inline message", `{"update_id":41,"callback_query":{"id":"7",` + from + `,"inline_message_id":"x","data":"a|1|1"}}`, 0},
		{"a live location that moves", `{"update_id":41,"edited_message":{` + head + `,"edit_date":1,"location":{"latitude":59.4,"longitude":24.7}}}`, 0},
		{"the chat set to delete itself", msg(`,"message_auto_delete_timer_changed":{"message_auto_delete_time":86400}`), 0},
		{"a message pinned", msg(`,"pinned_message":{` + head + `,"text":"x"}`), 0},
		{"restricted", member("restricted"), 0},
		{"business message", `{"update_id":41,"business_message":{` + head + `,"text":"hi"}}`, 0},
		{"a kind not invented yet", `{"update_id":41,"telepathy":{}}`, 0},
		{"kind null", `{"update_id":41,"message":null}`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := decode([]byte(tt.raw))
			if err != nil || u.useful || u.id != 41 || u.leave != tt.leave {
				t.Errorf("useful %v id %d leave %d %v", u.useful, u.id, u.leave, err)
			}
		})
	}
}

var malformed = []string{
	``, `null`, `[]`, `"x"`, `{`, `{"update_id":0}`, `{"update_id":-1}`, `{"update_id":1e999}`, `{"update_id":"41"}`,
	`{"update_id":9223372036854775808}`, msg(`,"text":7`), msg(`,"text":"a"`) + `}`,
	strings.Replace(msg(`,"text":"a"`), `"id":900000001,"is_bot"`, `"id":1e999,"is_bot"`, 1),
	strings.Repeat(`{"a":`, 64), strings.Repeat(`[`, 20000),
}

// A body we cannot read is dropped without a word of it in the error.
func TestDecodeMalformed(t *testing.T) {
	for _, raw := range malformed {
		if _, err := decode([]byte(raw)); err != errMalformed { //nolint:errorlint // it must not even wrap
			t.Errorf("%.60q: %v", raw, err)
		}
	}
}

// Ids above 2^53 would be rounded by a decoder that goes through floating point: the answer would reach a stranger.
func TestDecodeExactIDs(t *testing.T) {
	const id = 9007199254740993 // 2^53 + 1
	raw := strings.ReplaceAll(msg(`,"text":"a"`), "900000001", strconv.Itoa(id))
	raw = strings.Replace(raw, `"update_id":41`, `"update_id":9223372036854775807`, 1)
	u, err := decode([]byte(raw))
	if err != nil || u.in.Address != address(id) || u.in.Update != "tg:9223372036854775807" {
		t.Errorf("id %s update %s %v", u.in.Address.Reveal(), u.in.Update, err)
	}
}
