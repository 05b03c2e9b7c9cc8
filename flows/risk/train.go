package risk

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Sentence is one labelled line of training data: language, level and category as in the README of testdata.
type Sentence struct {
	Lang     string
	Level    Level
	Category Category // "" for None
	Style    string
	Text     string

	Source    int  // the line it comes from: what shares a source is never on both sides of a cross-validation
	Templated bool // made by [ReadTemplates]
}

// ReadSentences reads tab-separated lines "lang level category style text"; category is "none" for level NONE. An error
// names the line, never the text.
func ReadSentences(tsv string) ([]Sentence, error) {
	var list []Sentence
	for n, line := range strings.Split(strings.TrimRight(tsv, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			return nil, fmt.Errorf("sentences: line %d has %d fields, want 5", n+1, len(f))
		}
		level, ok := levelOf(f[1])
		s := Sentence{Lang: f[0], Level: level, Category: Category(f[2]), Style: f[3], Text: f[4], Source: n + 1}
		if s.Category == "none" {
			s.Category = ""
		}
		if !ok || (level == None) != (s.Category == "") || level != None && categoryIndex(s.Category) < 0 {
			return nil, fmt.Errorf("sentences: line %d: level %q, category %q", n+1, f[1], f[2])
		}
		list = append(list, s)
	}
	return list, nil
}

// Training settings, fixed so that the same sentences always give the same bytes.
const (
	trainSeed   = 20
	trainRounds = 8
	trainRate   = 0.08
	trainDecay  = 2e-3
	variants    = 5 // misspelt copies of every sentence
	tplVariants = 2 // of every sentence made from a template: there are many of them already
)

// example is a sentence as the trainer sees it.
type example struct {
	features []feature
	level    Level
	category int // -1: none
}

// Train fits a model to sentences: logistic regression with AdaGrad, on each sentence and on misspelt copies of it.
// It stands in this package because the model must see in training exactly what it sees in use.
func Train(sentences []Sentence) (*Weights, error) {
	s, err := newScanner(rulesJSON, conceptsTSV)
	if err != nil {
		return nil, err
	}
	var all []example
	for _, copies := range s.examples(sentences, variants, tplVariants) {
		all = append(all, copies...)
	}
	return quantise(fit(all)), nil
}

// examples reads every sentence and that many misspelt copies of it; templated sentences have a count of their own.
func (s *Scanner) examples(sentences []Sentence, copies, templated int) [][]example {
	random := rand.New(rand.NewPCG(trainSeed, trainSeed))
	list := make([][]example, len(sentences))
	for i, line := range sentences {
		list[i] = append(list[i], s.example(line, line.Text))
		n := copies
		if line.Templated {
			n = templated
		}
		for range n {
			list[i] = append(list[i], s.example(line, misspell(line, random)))
		}
	}
	return list
}

// fit finds the weights: their mean over the later half of the rounds, which varies less than the last ones do.
func fit(examples []example) []float32 {
	random := rand.New(rand.NewPCG(trainSeed, trainSeed))
	t := trainer{weights: make([]float32, buckets*outputs), squares: make([]float32, buckets*outputs)}
	mean := make([]float32, len(t.weights))
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for round := range trainRounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			t.learn(examples[i])
		}
		if round >= trainRounds/2 {
			for i, w := range t.weights {
				mean[i] += w / (trainRounds - trainRounds/2)
			}
		}
	}
	return mean
}

func (s *Scanner) example(line Sentence, text string) example {
	r := normalise(text)
	words := r.words[:min(len(r.words), maxWords)]
	return example{
		features: s.reader.features(words, r.question, s.rules.find(r), &collector{}),
		level:    line.Level,
		category: categoryIndex(line.Category),
	}
}

type trainer struct {
	weights, squares []float32
}

// learn takes one step towards the example's labels.
func (t *trainer) learn(e example) {
	var scores [outputs]float64
	for _, f := range e.features {
		for o := range scores {
			scores[o] += float64(f.value * t.weights[int(f.bucket)*outputs+o])
		}
	}
	var p [outputs]float64
	softmax(scores[:outLevels], p[:outLevels])
	p[e.level]--
	last := outLevels
	if e.category >= 0 {
		softmax(scores[outLevels:], p[outLevels:])
		p[outLevels+e.category]--
		last = outputs
	}
	for _, f := range e.features {
		for o := range last {
			i := int(f.bucket)*outputs + o
			g := float32(p[o])*f.value + trainDecay*t.weights[i]
			t.squares[i] += g * g
			t.weights[i] -= trainRate * g / (float32(math.Sqrt(float64(t.squares[i]))) + 0.05)
		}
	}
}
