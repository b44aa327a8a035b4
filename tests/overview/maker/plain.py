"""Models that are not quantized, and adapters."""

from pathlib import Path

import diffusers
import peft
import transformers

from .common import expected_of, keep, llama, parameters, scratch, tokenizer

CARD = """---
language:
- en
license: {licence}   # what may be done with it
{more}---
# A small model

license: this line is no part of what stands between the dashes
"""


def card(folder, licence, more=""):
    """Writes a model card as the Hub wants them."""
    (Path(folder) / "README.md").write_text(CARD.format(licence=licence, more=more))


def make_llama():
    """A language model with a tokenizer and a model card."""
    with scratch() as folder:
        model = llama()
        model.save_pretrained(folder)
        tokenizer(folder)
        card(folder, "apache-2.0")
        known = {"tied": False, "licence": "apache-2.0", "tokenizer": "tokenizer.json"}
        keep("llama", folder, expected_of(model) | known)


def make_gpt2():
    """A language model whose head is its embedding, which config.json does not say."""
    with scratch() as folder:
        config = transformers.GPT2Config(
            vocab_size=64, n_positions=96, n_embd=32, n_layer=1, n_head=2
        )
        model = transformers.GPT2LMHeadModel(config)
        model.save_pretrained(folder)
        keep("gpt2", folder, expected_of(model) | {"tied": config.tie_word_embeddings})


def make_bert():
    """A classifier with names for its classes, and with a vocabulary as BERT has it."""
    with scratch() as folder:
        labels = {number: name for number, name in enumerate(["neutral", "pro", "con"] + ["x"] * 9)}
        config = transformers.BertConfig(
            vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=40, id2label=labels,
            label2id={name: number for number, name in labels.items()},
        )  # fmt: skip
        model = transformers.BertForSequenceClassification(config)
        model.save_pretrained(folder)
        (Path(folder) / "vocab.txt").write_text("[PAD]\n[UNK]\n")
        card(folder, "other", "license_name: made-up-1.0\n")
        known = {"labels": model.config.num_labels, "first_labels": ["neutral", "pro", "con"]}
        known |= {"tokenizer": "vocab.txt", "licence": "made-up-1.0"}
        keep("bert", folder, expected_of(model) | known)


def make_resnet():
    """Batch normalization keeps statistics beside its weights, which torch calls buffers."""
    with scratch() as folder:
        config = transformers.ResNetConfig(
            embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"
        )
        model = transformers.ResNetForImageClassification(config)
        model.save_pretrained(folder)
        keep("resnet", folder, expected_of(model))


def make_clip():
    """A model of two halves: the length of its context is that of the half that reads text."""
    with scratch() as folder:
        small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
        small |= {"num_attention_heads": 2, "projection_dim": 16}
        config = transformers.CLIPConfig(
            text_config=small | {"vocab_size": 64, "max_position_embeddings": 77},
            vision_config=small | {"image_size": 32, "patch_size": 16},
            projection_dim=16,
        )
        model = transformers.CLIPModel(config)
        model.save_pretrained(folder)
        keep("clip", folder, expected_of(model) | {"context_length": 77})


def make_lora():
    """An adapter: its weights are those of the two small matrices of each layer."""
    with scratch() as folder:
        config = peft.LoraConfig(
            r=4, target_modules=["q_proj", "v_proj"], base_model_name_or_path="someone/llama"
        )
        model = peft.get_peft_model(llama(), config)
        model.peft_config["default"].base_model_name_or_path = "someone/llama"
        model.save_pretrained(folder)
        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
        expected = {"parameters": trained, "architecture": config.peft_type.value}
        keep("lora", folder, expected | {"base_model": "someone/llama", "quantization": None})


def make_unet():
    """A part of a pipeline of diffusers."""
    with scratch() as folder:
        model = diffusers.UNet2DModel(
            sample_size=8, block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4,
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"), attention_head_dim=4,
        )  # fmt: skip
        model.save_pretrained(folder)
        expected = {"parameters": parameters(model), "architecture": type(model).__name__}
        keep("unet", folder, expected | {"quantization": None})
