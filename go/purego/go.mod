module github.com/weighbridge/weighbridge/go/purego

go 1.19

require github.com/ebitengine/purego v0.10.2
