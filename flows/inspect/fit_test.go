package inspect_test

import (
	"slices"
	"testing"

	"sosin/flows"
	"sosin/flows/inspect"
)

// Before a language is known a prompt is said in all three at once, with its answers in all three, and has to fit as well.
func TestPromptsBeforeALanguageIsKnown(t *testing.T) {
	s := subject(t, files(t))
	all := inspect.Prompts(s.Flows, s.Texts)
	i := slices.IndexFunc(all, func(m flows.Message) bool { return m.Text == "any.delete.confirm_quietly" })
	if i < 0 || len(all[i].Choices) != 2 || all[i].Choices[0].Label != "any.answer.yes" {
		t.Errorf("among %d prompts, number %d: not the question in all languages with its answers", len(all), i)
	}
	if n := len(s.Flows.Prompts()); n == len(all) || slices.ContainsFunc(all[:n], func(m flows.Message) bool { return m.Text == "any.delete.confirm_quietly" }) {
		t.Error("the prompts in one language are not kept beside it")
	}
}

// What is weighed is what is sent: with the answers under it on SMS, and on Telegram with what each button carries.
func TestTheLongestFormOfAPrompt(t *testing.T) {
	s := subject(t, files(t))
	m := flows.Message{Text: "queue.waiting", State: "queue.waiting", Turn: 99999, Choices: []flows.Choice{{Key: "9", Label: "menu.back"}}}
	with, err := s.Longest(flows.Russian, flows.SMS, m)
	if err != nil {
		t.Fatal(err)
	}
	m.Choices = nil
	without, err := s.Longest(flows.Russian, flows.SMS, m)
	if err != nil || with.Units <= without.Units || with.Encoding != "UCS-2" {
		t.Errorf("%d units with an answer, %d without: %v", with.Units, without.Units, err)
	}
	if out, err := s.Longest(flows.Russian, flows.SMS, flows.Message{Text: "no.text"}); err != nil || out.Text != "" {
		t.Errorf("a text there is not came out as %q: %v", out.Text, err)
	}
}
