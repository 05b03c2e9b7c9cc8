package risk

import (
	_ "embed" // model.bin
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

//go:embed data/model.bin
var modelBin []byte

// The model's outputs: three levels, then the categories.
const (
	outLevels = 3
	outputs   = outLevels + len(categories)
)

// Weights is the trained model: one signed byte for every bucket and output, and each output's scale.
type Weights struct {
	scale [outputs]float32
	table []int8 // bucket*outputs + output
}

var errModel = errors.New("risk model is damaged")

const modelMagic = "sosin-risk-1"

// Bytes is the form kept in data/model.bin: magic, scales (float32, little endian), table.
func (w *Weights) Bytes() []byte {
	b := []byte(modelMagic)
	for _, s := range w.scale {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(s))
	}
	for _, v := range w.table {
		b = append(b, byte(v))
	}
	return b
}

func loadWeights(b []byte) (*Weights, error) {
	want := len(modelMagic) + 4*outputs + buckets*outputs
	if len(b) != want || string(b[:len(modelMagic)]) != modelMagic {
		return nil, fmt.Errorf("%w: %d bytes, want %d", errModel, len(b), want)
	}
	b = b[len(modelMagic):]
	w := &Weights{table: make([]int8, buckets*outputs)}
	for i := range w.scale {
		w.scale[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	for i, v := range b[4*outputs:] {
		w.table[i] = int8(v)
	}
	return w, nil
}

// quantise rounds trained weights to signed bytes, output by output.
func quantise(full []float32) *Weights {
	w := &Weights{table: make([]int8, len(full))}
	var top [outputs]float32
	for i, v := range full {
		top[i%outputs] = max(top[i%outputs], float32(math.Abs(float64(v))))
	}
	for o := range top {
		w.scale[o] = max(top[o], 1e-6) / 127
	}
	for i, v := range full {
		w.table[i] = int8(math.Round(float64(v / w.scale[i%outputs])))
	}
	return w
}

// verdict is what the model thinks of a passage, as probabilities.
type verdict struct {
	level    [outLevels]float64
	category [len(categories)]float64
}

func (w *Weights) judge(list []feature) verdict {
	var sum [outputs]float32
	for _, f := range list {
		row := w.table[int(f.bucket)*outputs : int(f.bucket)*outputs+outputs]
		for o, v := range row {
			sum[o] += f.value * float32(v)
		}
	}
	var scores [outputs]float64
	for o := range sum {
		scores[o] = float64(sum[o] * w.scale[o])
	}
	var v verdict
	softmax(scores[:outLevels], v.level[:])
	softmax(scores[outLevels:], v.category[:])
	return v
}

func softmax(scores, out []float64) {
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	total := 0.0
	for i, s := range scores {
		out[i] = math.Exp(s - top)
		total += out[i]
	}
	for i := range out {
		out[i] /= total
	}
}

// top is the likeliest category that may have level l: trafficking is never above Check.
func (v verdict) top(l Level) Category {
	best := -1
	for i, c := range categories {
		if l == High && c == Trafficking {
			continue
		}
		if best < 0 || v.category[i] > v.category[best] {
			best = i
		}
	}
	return categories[best]
}

// modelReader turns a reading into the model's features.
type modelReader struct {
	concepts *concepts
	rules    *ruleSet
}
