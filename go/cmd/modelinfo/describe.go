package main

import (
	"context"

	"github.com/weighbridge/weighbridge/go"
)

type summary struct {
	Format          string            `json:"format"`
	FormatVersion   int64             `json:"format_version,omitempty"`
	Producer        string            `json:"producer,omitempty"`
	ProducerVersion string            `json:"producer_version,omitempty"`
	Tensors         int               `json:"tensors"`
	Bytes           uint64            `json:"bytes"`
	BytesByDType    map[string]uint64 `json:"bytes_by_dtype"`
	Graphs          int               `json:"graphs"`
	Files           []file            `json:"files"`
	Assets          []file            `json:"assets"`
}

type file struct {
	Name  string `json:"name"`
	Bytes uint64 `json:"bytes"`
}

func summarize(ctx context.Context, model *weighbridge.Model) (any, error) {
	info, err := model.Info()
	if err != nil {
		return nil, err
	}
	s := summary{
		Format: model.Format(), FormatVersion: info.FormatVersion, Producer: info.Producer, ProducerVersion: info.ProducerVersion,
		Tensors: model.TensorCount(), BytesByDType: map[string]uint64{}, Graphs: model.GraphCount(),
	}
	tensors, err := model.TensorList()
	if err != nil {
		return nil, err
	}
	for _, tensor := range tensors {
		s.Bytes += tensor.Bytes
		s.BytesByDType[tensor.DType.String()] += tensor.Bytes
	}
	if err := s.addFiles(ctx, model); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *summary) addFiles(ctx context.Context, model *weighbridge.Model) error {
	files, err := model.Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		s.Files = append(s.Files, file{f.Path, f.Bytes})
	}
	assets, err := model.Assets(ctx)
	for _, asset := range assets {
		s.Assets = append(s.Assets, file{asset.Name, asset.Bytes})
	}
	return err
}

type tensor struct {
	Name  string  `json:"name"`
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	Bytes uint64  `json:"bytes"`
	File  string  `json:"file"`
	// Left out if the tensor is not stored in one piece.
	Offset *uint64 `json:"offset,omitempty"`
}

func tensorsOf(_ context.Context, model *weighbridge.Model) (any, error) {
	files, err := model.Files()
	if err != nil {
		return nil, err
	}
	list, err := model.TensorList()
	if err != nil {
		return nil, err
	}
	tensors := make([]tensor, len(list))
	for i := range list {
		t := &list[i]
		tensors[i] = tensor{Name: t.Name, DType: t.DType.String(), Shape: t.Shape, Bytes: t.Bytes, File: files[t.File].Path}
		if t.Offset != weighbridge.NoOffset {
			tensors[i].Offset = &t.Offset
		}
	}
	return map[string]any{"tensors": tensors}, nil
}

func metadataOf(_ context.Context, model *weighbridge.Model) (any, error) {
	entries, err := model.Metadata()
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, entry := range entries {
		texts[entry.Key] = entry.Text
	}
	return map[string]any{"metadata": texts}, nil
}
