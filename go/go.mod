module github.com/weighbridge/weighbridge/go

go 1.19
