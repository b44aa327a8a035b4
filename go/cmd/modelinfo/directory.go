package main

import (
	"os"
	"path/filepath"
	"strings"
)

// directory is the path of a directory of models: files, and directories that directly contain one.
type directory string

// list returns the names of the models, sorted.
func (d directory) list() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, entry := range entries {
		if _, ok := d.path(entry.Name()); ok {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// path returns the path of the model with a name, if there is one.
func (d directory) path(name string) (string, bool) {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return "", false
	}
	path := filepath.Join(string(d), name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", false
	case info.IsDir():
		return path, holdsModel(path)
	default:
		return path, info.Mode().IsRegular() && isModel(name)
	}
}

func holdsModel(folder string) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if isModel(entry.Name()) {
			return true
		}
	}
	return false
}

func isModel(name string) bool {
	extension := filepath.Ext(name)
	return extension == ".safetensors" || extension == ".onnx"
}
